// The message of a Cancelled that came of a verdict repeated the whole report, many lines of it. It is one line, whatever the reason says.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Cancelled, channel, DeadlockError, go, never, TaskCancelledError, yieldNow } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught, rejected } from "../support/caught.ts";

test("the message of a Cancelled under a verdict is one line", async () => {
  let message = "";
  const verdict = await rejected(
    DeadlockError,
    simulate(function* () {
      const ch = channel<number>();
      go(() => ch.receive());
      const error = yield* caught(Cancelled, ch.receive());
      message = error.message;
      throw error;
    }),
  );
  assert.match(verdict.message, /\n/); // or nothing was cut
  assert.match(message, /^Cancelled: deadlock: 2 of 2 tasks can never go on\.$/);
});

test("the message of a Cancelled with a reason of several lines is one line", async () => {
  for (const reason of ["first\nsecond", new Error("first\nsecond"), "first.\nsecond"]) {
    assert.equal(new Cancelled(reason).message, "Cancelled: first.");
  }
  await simulate(function* () {
    const task = go(() => never);
    yield* yieldNow();
    task.cancel("first\nsecond");
    assert.doesNotMatch((yield* caught(TaskCancelledError, task)).message, /\n/);
  });
});
