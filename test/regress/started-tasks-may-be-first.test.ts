// A task that had its turn kept it for its next operation even when it had started or woken somebody on the way, so that one could never be first: a deadlock was
// missed, and the search said that it had seen every order.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Condition, go, Mutex, type Operation } from "offshoot";
import { cell, explore } from "offshoot/testing";

test("a signal that may come before the wait is found", async () => {
  const { failure } = await explore(
    function* (): Operation<void> {
      const mutex = new Mutex();
      const filled = new Condition(mutex);
      go(function* producer(): Operation<void> {
        yield* mutex.withLock(() => {});
        filled.signal();
      });
      yield* mutex.withLock(() => filled.wait());
    },
    { strategy: "dfs", keep: false },
  );
  assert.equal(failure?.kind, "deadlock");
});

test("a child may be before the next operation of the one that has started it", async () => {
  const { outcomes, exhausted } = await explore(
    function* (): Operation<string> {
      const log = cell("");
      const child = go(() => log.update((text) => `${text}child `));
      yield* log.update((text) => `${text}main `);
      yield* child;
      return log.peek();
    },
    { strategy: "dfs" },
  );
  assert.deepEqual([...outcomes.keys()].sort(), ["'child main '", "'main child '"]);
  assert.equal(exhausted, true);
});
