// Looking for a circle of locks followed a chain of holders by recursion: a long one ended in an overflow of the stack, thrown from lock().

import assert from "node:assert/strict";
import { test } from "node:test";
import { go, Mutex, type Task, yieldNow } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { warnings } from "../support/sync.ts";

test("a chain of 20 000 tasks that each hold a lock and wait for the next one's unwinds", async () => {
  await simulate(function* () {
    const n = 20_000;
    const locks = Array.from({ length: n }, () => new Mutex());
    let order = 0;
    const tasks: Task<void>[] = [];
    for (let i = n - 1; i >= 0; i--) {
      tasks.push(
        go(function* () {
          const mine = yield* (locks[i] as Mutex).lock();
          if (i === n - 1) yield* yieldNow();
          else {
            const next = yield* (locks[i + 1] as Mutex).lock();
            next[Symbol.dispose]();
          }
          assert.equal(order++, n - 1 - i);
          mine[Symbol.dispose]();
        }),
      );
    }
    for (const task of tasks) yield* task;
    assert.equal(order, n);
    assert.deepEqual(warnings(), []);
  });
});
