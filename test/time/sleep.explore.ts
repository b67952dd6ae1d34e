// sleep in some thousand orders: deadlines decide across time, and a value, a timer and a cancellation never both win.

import assert from "node:assert/strict";
import { test } from "node:test";
import { channel, go, select, sleep, TaskCancelledError, yieldNow } from "offshoot";
import { explored } from "../support/explored.ts";

test("sleepers of different deadlines wake in their order, whatever the order of the tasks", async () => {
  await explored(500, () => {
    return function* () {
      const log: number[] = [];
      const tasks = [30, 10, 20].map((ms) =>
        go(function* () {
          yield* sleep(ms);
          log.push(ms);
        }),
      );
      for (const task of tasks) yield* task;
      assert.deepEqual(log, [10, 20, 30]);
    };
  });
});

test("a value that comes when the time is up is received, or still with its sender", async () => {
  let runs = 0;
  const outcomes = await explored(2_000, (watch) => {
    const ch = watch(channel<string>());
    const delay = 4 + (runs++ % 3);
    return function* () {
      const waiting = go(() => select({ got: ch.receive(), late: sleep(5) }));
      const sender = go(function* () {
        yield* sleep(delay);
        return (yield* select({ sent: ch.send("value"), kept: sleep(5) })).key;
      });
      const { key } = yield* waiting;
      assert.equal(key === "got", (yield* sender) === "sent");
      return key;
    };
  });
  assert.deepEqual([...outcomes.keys()].sort(), ['"got"', '"late"']);
});

test("a sleeper cancelled when its time is up has slept or was cancelled, never both", async () => {
  const outcomes = await explored(2_000, () => {
    return function* () {
      let slept = false;
      const sleeper = go(function* () {
        yield* sleep(5);
        slept = true;
        yield* yieldNow();
      });
      const canceller = go(function* () {
        yield* sleep(5);
        sleeper.cancel();
      });
      yield* canceller;
      try {
        yield* sleeper;
      } catch (error) {
        assert.ok(error instanceof TaskCancelledError);
        return slept ? "cancelled after" : "cancelled";
      }
      return "slept";
    };
  });
  assert.ok(outcomes.size >= 2, [...outcomes.keys()].join());
});
