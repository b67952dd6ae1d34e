// Cancellation and the budget: a requeued operation has committed nothing, and swallowing Cancelled in a loop starves nobody.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Cancelled, channel, go, never, yieldNow } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";

test("a task whose budget was spent has committed nothing, so the cancellation comes first", async () => {
  await simulate(function* () {
    const ch = channel<number>(200);
    for (let i = 0; i < 200; i++) ch.trySend(i);
    const task = go(function* () {
      let last = -1;
      try {
        for (;;) last = yield* ch.receive();
      } catch (error) {
        assert.ok(error instanceof Cancelled);
      }
      return last;
    });
    yield* yieldNow();
    assert.equal(task.status, "ready");
    task.cancel();
    assert.equal(yield* task, 127);
    assert.equal(ch.length, 72);
  });
});

test("a loop that swallows the cancellation does not keep the others from running", async () => {
  let turns = 0;
  await simulate(function* () {
    let stop = false;
    const swallower = go(function* () {
      while (!stop) {
        turns++;
        if (turns > 100_000) throw new Error("the others have starved");
        try {
          yield* never;
        } catch {}
      }
    });
    yield* yieldNow();
    swallower.cancel();
    for (let i = 0; i < 10; i++) yield* yieldNow();
    stop = true;
    yield* swallower;
  });
  // Cancelled while it waited: 128 in its first turn, the waking one among them. 9 or 10 turns were seen.
  assert.ok(turns >= 1 + 128 * 9 && turns <= 2 + 128 * 11, `${turns}`);
});
