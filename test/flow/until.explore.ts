// until in some thousand orders: a promise, a cancellation and other cases never both win; a call that did not win is aborted, one that did is not.

import assert from "node:assert/strict";
import { test } from "node:test";
import { channel, go, select, sleep, TaskCancelledError, until, yieldNow } from "offshoot";
import { explored } from "../support/explored.ts";

test("a call that is answered while a value is sent has won, or is aborted and the value received", async () => {
  const outcomes = await explored(2_000, (watch) => {
    const ch = watch(channel<string>());
    return function* () {
      let signal: AbortSignal | undefined;
      let answer: (() => void) | undefined;
      const waits = go(() =>
        select({
          ch: ch.receive(),
          call: until((given) => {
            signal = given;
            return new Promise<void>((resolve) => {
              answer = resolve;
            });
          }),
        }),
      );
      yield* sleep(1);
      const sender = go(() => select({ sent: ch.send("value"), kept: sleep(5) }));
      go(function* () {
        yield* yieldNow();
        answer?.();
      });
      go(() => yieldNow());
      const { key } = yield* waits;
      assert.equal(signal?.aborted, key === "ch");
      assert.equal((yield* sender).key === "sent", key === "ch");
      return key;
    };
  });
  assert.ok(outcomes.has('"ch"'));
});

test("of a promise that is settled and a waiter that is cancelled one comes first", async () => {
  let runs = 0;
  const outcomes = await explored(2_000, () => {
    const delay = runs++ % 2;
    return function* () {
      let resolve: ((value: string) => void) | undefined;
      const promise = new Promise<string>((yes) => {
        resolve = yes;
      });
      const tasks = [0, 1].map(() => go(() => until(promise)));
      yield* yieldNow();
      go(function* () {
        yield* sleep(delay);
        tasks[0]?.cancel();
      });
      go(function* () {
        resolve?.("value");
      });
      let first = "cancelled";
      try {
        first = yield* tasks[0] ?? until(promise);
      } catch (error) {
        assert.ok(error instanceof TaskCancelledError);
      }
      assert.equal(yield* tasks[1] ?? until(promise), "value");
      return first;
    };
  });
  assert.deepEqual([...outcomes.keys()].sort(), ['"cancelled"', '"value"']);
});

test("every call that did not win is aborted, wherever the cancellation strikes", async () => {
  let runs = 0;
  await explored(2_000, () => {
    return function* () {
      const signals: AbortSignal[] = [];
      const call = () =>
        until((signal) => {
          signals.push(signal);
          return signals.length % 2 === 0 ? Promise.resolve(signals.length) : new Promise<number>(() => {});
        });
      let won = 0;
      const tasks = [0, 1].map(() =>
        go(function* () {
          for (let i = 0; i < 4; i++) {
            const got = yield* select([call(), call(), sleep(3)]);
            if (got.key !== 2) won++;
            yield* sleep(1);
          }
        }),
      );
      yield* sleep(runs++ % 6);
      for (const task of tasks) task.cancel();
      const aborted = signals.filter((signal) => signal.aborted).length;
      yield* sleep(1);
      assert.equal(signals.filter((signal) => signal.aborted).length, aborted);
      assert.ok(signals.length - aborted >= won && signals.length - aborted <= won + 2);
    };
  });
});
