// Condition.wait: a cancellation by what the lock does when it is unlocked was missed, and the task waited for ever; and a lock that somebody unlocked while it
// was being taken again was an internal error, or was held twice.

import assert from "node:assert/strict";
import { test } from "node:test";
import { always, Condition, currentTask, go, MisuseError, Mutex, RwLock, TaskCancelledError, yieldNow } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught } from "../support/caught.ts";

test("a wait that is cancelled by its own unlock ends cancelled", async () => {
  await simulate(function* () {
    const task = go(function* () {
      const me = currentTask();
      const odd = { lock: () => always({ [Symbol.dispose]() {} }), unlock: () => me.cancel() };
      yield* new Condition(odd).wait();
    });
    yield* caught(TaskCancelledError, task);
  });
});

for (const kind of [Mutex, RwLock]) {
  test(`a ${kind.name} that is unlocked between the grant and the turn of the waiter is misuse`, async () => {
    await simulate(function* () {
      const lock = new kind();
      const condition = new Condition(lock);
      const waiting = go(function* () {
        yield* lock.lock();
        const error = yield* caught(MisuseError, condition.wait());
        assert.match(error.message, /was unlocked by somebody else while it was being taken again/);
      });
      yield* yieldNow();
      yield* lock.lock();
      condition.signal();
      yield* yieldNow(); // it waits for the lock
      lock.unlock(); // which it has now
      lock.unlock(); // and no longer
      yield* waiting;
      assert.notEqual(lock.tryLock(), undefined);
    });
  });
}
