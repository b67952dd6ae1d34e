// Task.run started its operation with the values of the extent around, not with those in force where the task is.

import assert from "node:assert/strict";
import { test } from "node:test";
import { currentTask, Mutex, type Operation, TaskLocal } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";

test("an operation run by an async body inside with() sees the value", async () => {
  const local = new TaskLocal("request", "none");
  const mutex = new Mutex();
  const get = function* (): Operation<string> {
    return local.get();
  };
  await simulate(function* () {
    const body = async (): Promise<string> => {
      const me = currentTask();
      await null;
      return me.run(get());
    };
    assert.equal(yield* local.with("r-17", mutex.withLock(body)), "r-17");
    assert.equal(yield* mutex.withLock(body), "none");
  });
});
