// A call that was cancelled with the reason null got a signal whose reason was the library's Cancelled, unlike the signal of the task.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Cancelled, currentTask, go, until, yieldNow } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";

test("the signal of a call has the reason that the signal of its task has", async () => {
  await simulate(function* () {
    for (const reason of [null, 0, "", false, "why", new Error("boom"), undefined]) {
      const signals: AbortSignal[] = [];
      const task = go(function* () {
        signals.push(currentTask().signal);
        yield* until((signal) => {
          signals.push(signal);
          return new Promise(() => {});
        });
      });
      yield* yieldNow();
      task.cancel(reason);
      assert.equal(signals.length, 2);
      for (const signal of signals) {
        assert.equal(signal.aborted, true);
        if (reason === undefined) assert.ok(signal.reason instanceof Cancelled);
        else assert.equal(signal.reason, reason);
      }
    }
  });
});
