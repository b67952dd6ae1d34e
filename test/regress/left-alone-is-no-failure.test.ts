// Under `failures: "restart"` a producer whose consumer had ended was started again and again, although it had not failed: the chassis never ended.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Operation, sleep } from "offshoot";
import { type Component, pipeline } from "offshoot/component";
import { simulate } from "../../src/testing/simulate.ts";

test("a producer whose consumer has ended is not started again", async () => {
  await simulate(function* () {
    let starts = 0;
    function* producer(self: Component): Operation<void> {
      starts++;
      for (;;) {
        yield* self.put("message");
        yield* sleep(5);
      }
    }
    function* consumer(self: Component): Operation<void> {
      yield* self.receive();
    }
    yield* pipeline([producer, consumer], { failures: "restart" });
    assert.equal(starts, 1);
  });
});

test("what the user says of restarts is asked for failures alone", async () => {
  await simulate(function* () {
    const asked: unknown[] = [];
    let starts = 0;
    function* producer(self: Component): Operation<void> {
      if (++starts < 3) throw new RangeError(`start ${starts}`);
      for (;;) {
        yield* self.put("message");
        yield* sleep(5);
      }
    }
    function* consumer(self: Component): Operation<void> {
      yield* self.receive();
    }
    const when = (error: unknown, attempt: number): boolean => {
      asked.push([(error as Error).message, attempt]);
      return true;
    };
    yield* pipeline([producer, consumer], { failures: "restart", restart: { when, backoff: false } });
    assert.deepEqual(asked, [
      ["start 1", 1],
      ["start 2", 2],
    ]);
  });
});
