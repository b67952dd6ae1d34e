// The last task that can run and cannot: Stackless raises a RuntimeError in it that it may catch. Here the whole run is told, once and for good.

import assert from "node:assert/strict";
import { test } from "node:test";
import { channel, DeadlockError, go, LeakError, type Operation, sleep } from "offshoot";
import { simulate } from "../../../src/testing/simulate.ts";
import { rejected } from "../../support/caught.ts";

test("the last task that can run is told rather than left hanging: a deadlock is reported, and cannot be caught away as in Stackless", async () => {
  const log: string[] = [];
  const error = await rejected(
    DeadlockError,
    simulate(function* last(): Operation<void> {
      const c = channel<number>(0, { name: "c" });
      try {
        yield* c.send(1);
      } catch (error) {
        log.push((error as Error).name);
      }
    }),
  );
  assert.deepEqual(log, ["Cancelled"]);
  assert.match(error.report, /"last" waits for channel\.send c/);
});

test("tasks left in the queues of a channel when main has returned are reported as a leak, and killed", async () => {
  let cleaned = 0;
  await rejected(
    LeakError,
    simulate(function* () {
      const c = channel<number>();
      for (let n = 0; n < 3; n++) {
        go(function* () {
          try {
            yield* c.receive();
          } finally {
            cleaned++;
          }
        });
      }
    }),
  );
  assert.equal(cleaned, 3);
});

test("a task that sleeps keeps the blocked ones from being called dead, and may still free them", async () => {
  const got = await simulate(function* () {
    const c = channel<string>();
    go(function* () {
      yield* sleep(3_600_000);
      c.close();
    });
    return (yield* c.next()).done;
  });
  assert.equal(got, true);
});
