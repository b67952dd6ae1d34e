// Axon polled: 10 ms in the scheduler, 50 in the selector, a slice for each of whatever paused wrongly. An idle system does no work.

import assert from "node:assert/strict";
import { test } from "node:test";
import { now, sleep } from "offshoot";
import { graphline, pipeline } from "offshoot/component";
import { simulate } from "../../src/testing/simulate.ts";
import { Idle, Keeping, Lasting, Pausing } from "../support/components.ts";

test("components that wait, in whatever way, have no turn in a day", async () => {
  let turns = 0;
  await simulate(
    function* () {
      const [w, full] = [new Idle(), new Lasting()];
      class Stuck extends Keeping {
        override *main() {
          yield* this.put("no room");
        }
      }
      const stuck = new Stuck();
      w.link([stuck, "outbox"], [full, "inbox"], { size: 0 });
      const tasks = [
        pipeline(new Lasting(), new Keeping(), new Keeping()).start(),
        graphline({
          parts: { a: new Pausing(), b: new Keeping(), c: new Lasting() },
          links: { "c.outbox": "b.inbox" },
        }).start(),
        stuck.start(),
        full.start(),
      ];
      yield* sleep(1);
      const [before, since] = [turns, now()];
      yield* sleep(86_400_000);
      assert.equal(now() - since, 86_400_000);
      assert.equal(turns - before, 1); // of this one, when it goes to sleep
      for (const task of tasks) task.cancel();
    },
    { check: () => void turns++ },
  );
});
