// Joining, ending and awaiting in some thousand orders: each joiner is told once, and the same.

import assert from "node:assert/strict";
import { test } from "node:test";
import { channel, currentTask, go, select, sleep, TaskCancelledError, yieldNow } from "offshoot";
import { explored } from "../support/explored.ts";

test("joiners that come before, during and after the end get the same value", async () => {
  await explored(1_000, () => {
    return function* () {
      const target = go(function* () {
        yield* yieldNow();
        return 5;
      });
      const joiners = [0, 1, 2].map((n) =>
        go(function* () {
          for (let i = 0; i < n; i++) yield* yieldNow();
          return n === 1 ? (yield* select({ target, late: sleep(9) })).value : yield* target;
        }),
      );
      for (const joiner of joiners) assert.equal(yield* joiner, 5);
    };
  });
});

test("a joiner and its target cancelled in any order: the joiner tells its own end from the other's", async () => {
  const outcomes = await explored(2_000, () => {
    return function* () {
      const target = go(() => sleep(5).map(() => "value"));
      const joiner = go(function* () {
        try {
          return yield* target;
        } catch (error) {
          if (error instanceof TaskCancelledError) return "target cancelled";
          throw error;
        }
      });
      yield* yieldNow();
      for (const task of [target, joiner]) go(() => task.cancel());
      try {
        return yield* joiner;
      } catch (error) {
        assert.ok(error instanceof TaskCancelledError);
        return "joiner cancelled";
      }
    };
  });
  assert.deepEqual([...outcomes.keys()].sort(), ['"joiner cancelled"', '"target cancelled"']);
});

test("an async body awaiting beside tasks that yield takes each value once, and is reached by cancellation", async () => {
  await explored(600, (watch) => {
    const ch = watch(channel<number>());
    return function* () {
      const got: number[] = [];
      const asyncs = [0, 1].map(() =>
        go(async () => {
          const me = currentTask();
          await null;
          for (;;) got.push(await me.run(ch.receive()));
        }),
      );
      const task = go(function* () {
        for (;;) got.push(yield* ch.receive());
      });
      for (let n = 0; n < 6; n++) yield* ch.send(n);
      yield* sleep(1);
      for (const receiver of [...asyncs, task]) {
        receiver.cancel();
        try {
          yield* receiver;
          assert.fail("it was not cancelled");
        } catch (error) {
          assert.ok(error instanceof TaskCancelledError, String(error));
        }
      }
      assert.deepEqual(got.sort(), [0, 1, 2, 3, 4, 5]);
      assert.equal(ch.stats().waitingReceivers, 0);
    };
  });
});
