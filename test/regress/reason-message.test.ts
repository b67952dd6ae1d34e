// The message of TaskCancelledError was made of the reason's message as if that were a string: a joiner got a TypeError instead.

import assert from "node:assert/strict";
import { test } from "node:test";
import { go, never, TaskCancelledError, yieldNow } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught } from "../support/caught.ts";

test("a task cancelled with any reason at all gives its joiner TaskCancelledError", async () => {
  await simulate(function* () {
    const odd = Object.assign(new Error("odd"), { message: 5 });
    for (const reason of [odd, undefined, null, 5, "text.", Symbol("s"), {}, Object.create(null), () => {}]) {
      const task = go(() => never);
      yield* yieldNow();
      task.cancel(reason);
      const error = yield* caught(TaskCancelledError, task);
      assert.equal(error.reason, reason);
    }
  });
});
