// currentTask().signal inside a timeout was that of the whole task: an async body that waited for it hung when the time was up.

import assert from "node:assert/strict";
import { test } from "node:test";
import { currentTask, go, group, moveOnAfter, type Operation, shield, sleep, TimeoutError, yieldNow } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";

const until = (signal: AbortSignal): Promise<void> =>
  new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));

test("an async body inside a limit is told by the signal of its task that the time is up", async () => {
  await simulate(function* () {
    const reasons: unknown[] = [];
    const body = async (): Promise<void> => {
      const { signal } = currentTask();
      try {
        await until(signal);
      } finally {
        reasons.push(signal.reason);
      }
    };
    assert.equal(yield* moveOnAfter(5, group(body)), undefined);
    assert.ok(reasons[0] instanceof TimeoutError);
    assert.equal(currentTask().signal.aborted, false);
  });
});

test("inside a shield the signal is not aborted, and outside it is", async () => {
  await simulate(function* () {
    const signals: AbortSignal[] = [];
    const note = function* (): Operation<void> {
      signals.push(currentTask().signal);
      yield* sleep(1);
    };
    const task = go(function* () {
      signals.push(currentTask().signal);
      yield* shield(note());
    });
    yield* yieldNow();
    task.cancel("why");
    assert.deepEqual(
      signals.map(({ aborted }) => aborted),
      [true, false],
    );
    assert.equal(signals[0], task.signal);
  });
});
