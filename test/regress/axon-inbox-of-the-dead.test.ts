// Axon: messages for a component that had ended piled up unseen in its inbox.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ClosedError, go, sleep } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { thrown } from "../support/caught.ts";
import { Giving, Idle, Lasting, lostAt } from "../support/components.ts";

test("nothing piles up at a component that has ended: what lay there is counted as lost, and senders are told", async () => {
  await simulate(function* () {
    const [w, a, b] = [new Idle(), new Idle(), new Lasting()];
    w.link([a, "outbox"], [b, "inbox"], { size: 2 });
    b.start();
    for (const n of [1, 2]) a.send(n);
    const put = go(() => a.put(3));
    yield* sleep(1);
    b.stop();
    yield* sleep(1);
    assert.equal(put.status, "cancelled");
    thrown(ClosedError, () => a.send(4));
    assert.deepEqual([b.dataReady(), lostAt(b, "inbox")], [0, 2]);
  });
});

test("a producer in a loop ends by that, and quietly", async () => {
  await simulate(function* () {
    const [w, a, b] = [new Idle(), new Giving(...Array.from({ length: 100 }, (_, n) => n)), new Lasting()];
    w.link([a, "outbox"], [b, "inbox"], { size: 1 });
    b.start();
    const task = a.start();
    yield* sleep(1);
    b.stop();
    yield* sleep(1);
    assert.equal(task.status, "cancelled");
  });
});
