// readUnlock() and release() inside Task.run took what somebody else held, because what an async body locks is put down to that body and not to the operation
// it runs. The other one's lock was then no longer good for anything, and what was left was never given back.

import assert from "node:assert/strict";
import { test } from "node:test";
import { currentTask, go, type Operation, RwLock, Semaphore, sleep } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";

test("an operation of an async body gives back what that body holds", async () => {
  await simulate(function* () {
    const lock = new RwLock();
    const permits = new Semaphore(2);
    const read = yield* lock.readLock();
    const permit = yield* permits.acquire();
    yield* go(async () => {
      await currentTask().run(
        (function* (): Operation<void> {
          yield* lock.readLock();
          yield* permits.acquire();
          yield* sleep(1);
          lock.readUnlock();
          permits.release();
        })(),
      );
    });
    assert.equal(permits.available, 1);
    read[Symbol.dispose]();
    permit[Symbol.dispose]();
    assert.equal(permits.available, 2);
    assert.ok(lock.tryLock());
  });
});

test("code outside tasks gives back what such code holds before it takes what a task holds", async () => {
  const lock = new RwLock();
  const permits = new Semaphore(2);
  await simulate(function* () {
    const read = yield* lock.readLock();
    const permit = yield* permits.acquire();
    yield* go(async () => {
      await null; // no task is current from here on
      await lock.readLock();
      await permits.acquire();
      lock.readUnlock();
      permits.release();
    });
    read[Symbol.dispose]();
    permit[Symbol.dispose]();
    assert.equal(permits.available, 2);
    assert.ok(lock.tryLock());
  });
});
