// A producer whose consumer had ended was counted as cancelled when it ended by that, and sent a shutdown: whoever else it was linked with was stopped in the midst of
// its work.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Operation, sleep } from "offshoot";
import { Component, graphline } from "offshoot/component";
import { simulate } from "../../src/testing/simulate.ts";
import { Idle } from "../support/components.ts";

test("a producer that one consumer has left tells the others that it has finished, and they end their work", async () => {
  await simulate(function* () {
    const got: unknown[] = [];
    class Logs extends Component<{ inbox: unknown }, { outbox: unknown; log: unknown }> {
      constructor() {
        super({ outboxes: { log: "what it does" } });
      }
      override *main(): Operation<void> {
        for (let n = 0; ; n++) {
          this.send(n, "log");
          yield* this.put(n);
          yield* sleep(1);
        }
      }
    }
    function* slow(self: Component): Operation<void> {
      for (let line = yield* self.next(); !line.done; line = yield* self.next()) {
        yield* sleep(10);
        got.push(line.value);
      }
      got.push("end");
    }
    const parts = { logs: new Logs(), leaves: new Idle(), slow };
    yield* graphline({
      parts,
      links: { "logs.outbox": "leaves.inbox", "logs.log": "slow.inbox", "logs.signal": "slow.control" },
    });
    assert.equal(parts.logs.status, "cancelled");
    assert.deepEqual(got, [0, 1, "end"]);
  });
});
