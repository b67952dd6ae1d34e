// A component counted as finished when it had only made the operation that was to say so.

import assert from "node:assert/strict";
import { test } from "node:test";
import { go, select, sleep } from "offshoot";
import { producerFinished } from "offshoot/component";
import { simulate } from "../../src/testing/simulate.ts";
import { Idle } from "../support/components.ts";

test("a producerFinished that lost a select has finished nothing", async () => {
  await simulate(function* () {
    const [wirer, a, b] = [new Idle(), new Idle(), new Idle()];
    wirer.link([a, "outbox"], [b, "inbox"]);
    wirer.link([a, "signal"], [b, "control"], { size: 0 });
    const { key } = yield* select({ time: sleep(1), put: a.put(producerFinished(), "signal") });
    assert.equal(key, "time");
    const next = go(() => b.next());
    yield* sleep(1);
    assert.equal(next.status, "waiting");
    b.setInboxSize("control", null);
    yield* a.put(producerFinished(), "signal");
    assert.equal((yield* next).done, true);
  });
});
