// Mutex as Go has it: exclusion under load, TryLock, any task may unlock, no re-entrance. Go lets newcomers barge for a millisecond; here nobody ever does.

import assert from "node:assert/strict";
import { test } from "node:test";
import { DeadlockError, go, MisuseError, Mutex, type Operation, sleep, yieldNow } from "offshoot";
import { simulate } from "../../../src/testing/simulate.ts";
import { rejected, thrown } from "../../support/caught.ts";
import { orders } from "../../support/orders.ts";

test("ten tasks that lock and unlock a thousand times lose no count, in any order", async () => {
  await orders(4, function* () {
    const mutex = new Mutex();
    let count = 0;
    const tasks = Array.from({ length: 10 }, (_, n) =>
      go(function* () {
        for (let i = 0; i < 100; i++) {
          if (n % 3 === 0 && mutex.tryLock() === undefined) yield* mutex.lock();
          else if (n % 3 !== 0) yield* mutex.lock();
          const before = count;
          if (i % 10 === 0) yield* yieldNow();
          count = before + 1;
          mutex.unlock();
        }
      }),
    );
    for (const task of tasks) yield* task;
    assert.equal(count, 1_000);
    assert.equal(mutex.locked, false);
  });
});

test("tryLock fails while it is held, and never waits", async () => {
  await simulate(function* () {
    const mutex = new Mutex();
    assert.ok(mutex.tryLock());
    assert.equal(mutex.tryLock(), undefined);
    mutex.unlock();
    assert.ok(mutex.tryLock());
    mutex.unlock();
    yield* mutex.lock();
    assert.equal(mutex.tryLock(), undefined);
  });
});

test("a task that holds it almost always does not starve one that wants it now and then", async () => {
  await simulate(function* () {
    const mutex = new Mutex();
    let stop = false;
    const hog = go(function* () {
      while (!stop) {
        yield* mutex.lock();
        yield* sleep(100);
        mutex.unlock();
      }
    });
    for (let i = 0; i < 10; i++) {
      yield* sleep(100);
      yield* mutex.lock();
      mutex.unlock();
    }
    stop = true;
    yield* hog;
  });
});

test("unlocking what is not locked cannot pass unseen, before and after use", async () => {
  const mutex = new Mutex();
  thrown(MisuseError, () => mutex.unlock());
  await simulate(function* () {
    yield* mutex.lock();
    mutex.unlock();
    thrown(MisuseError, () => mutex.unlock());
    assert.equal(mutex.locked, false);
    yield* mutex.lock(); // and it still works
    mutex.unlock();
  });
});

test("a task may unlock what another one has locked", async () => {
  await simulate(function* () {
    const mutex = new Mutex();
    for (let i = 0; i < 3; i++) {
      yield* mutex.lock();
      yield* go(() => mutex.unlock());
    }
    assert.equal(mutex.locked, false);
  });
});

test("a task that locks twice waits for ever, which is told", async () => {
  const error = await rejected(
    DeadlockError,
    simulate(function* (): Operation<void> {
      const mutex = new Mutex();
      yield* mutex.lock();
      yield* mutex.lock();
    }),
  );
  assert.match(error.report, /mutex\.lock mutex/);
});
