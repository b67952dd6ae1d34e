// callback in some thousand orders: an answer, a value and a cancellation, of which one wins; and one cleanup for each start.

import assert from "node:assert/strict";
import { test } from "node:test";
import { callback, channel, go, select, sleep, TaskCancelledError, yieldNow } from "offshoot";
import { explored } from "../support/explored.ts";

test("an answer, a value and a cancellation: one wins, and cleanup is called once", async () => {
  const outcomes = await explored(3_000, (watch) => {
    const ch = watch(channel<string>());
    return function* () {
      let cleaned = 0;
      let answer: ((text: string) => void) | undefined;
      const op = callback<string>((resolve) => {
        answer = resolve;
        return () => cleaned++;
      });
      const waits = go(() => select({ op, ch: ch.receive() }));
      while (waits.status !== "waiting") yield* yieldNow();
      const sender = go(() => select({ sent: ch.send("value"), kept: sleep(5) }));
      go(function* () {
        yield* yieldNow();
        answer?.("answer");
      });
      go(function* () {
        yield* yieldNow();
        yield* yieldNow();
        waits.cancel();
      });
      let outcome = "cancelled";
      try {
        outcome = (yield* waits).key;
      } catch (error) {
        assert.ok(error instanceof TaskCancelledError);
      }
      assert.equal(cleaned, 1);
      assert.equal((yield* sender).key === "sent", outcome === "ch");
      return outcome;
    };
  });
  assert.deepEqual([...outcomes.keys()].sort(), ['"cancelled"', '"ch"', '"op"']);
});

test("starts and cleanups are as many, and no cleanup comes before its start", async () => {
  await explored(2_000, (watch) => {
    const ch = watch(channel<number>(1));
    return function* () {
      let open = 0;
      let starts = 0;
      const op = callback<number>((resolve) => {
        open++;
        const n = ++starts;
        if (n % 3 === 0) resolve(n);
        else if (n % 3 === 1) ch.trySend(n);
        return () => {
          open--;
          assert.ok(open >= 0);
          if (n % 4 === 0) ch.trySend(n);
        };
      });
      const tasks = [0, 1].map(() =>
        go(function* () {
          for (let i = 0; i < 3; i++) yield* select([select([op, sleep(2)]), ch.receive(), op]);
        }),
      );
      yield* sleep(3);
      for (const task of tasks) task.cancel();
      assert.equal(open, 0);
    };
  });
});
