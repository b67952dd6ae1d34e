// A lock that is asked for by promises: what Twisted's DeferredLock does for callbacks, `await mutex.lock()` does for async functions.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Cancelled, currentTask, go, type Lock, MisuseError, Mutex, sleep, TaskCancelledError } from "offshoot";
import { simulate } from "../../../src/testing/simulate.ts";
import { caught, rejected, thrown } from "../../support/caught.ts";

/** Lets promises settle: time stands still until they have. */
const pause = () => sleep(1);

test("promises for the lock are fulfilled one after the other, first come, first served", async () => {
  await simulate(function* () {
    const mutex = new Mutex();
    const got: number[] = [];
    const locks: Lock[] = [];
    for (const n of [0, 1, 2, 3])
      Promise.resolve(mutex.lock()).then((lock) => {
        got.push(n);
        locks.push(lock);
      });
    for (let n = 0; n < 4; n++) {
      yield* pause();
      assert.deepEqual(got, [...Array(n + 1).keys()]);
      assert.equal(mutex.locked, true);
      locks[n]?.[Symbol.dispose]();
    }
    assert.equal(mutex.locked, false);
  });
});

test("a function that is run under the lock has it, and its value comes back", async () => {
  await simulate(function* () {
    const mutex = new Mutex();
    const me = currentTask();
    yield* go(async () => {
      const value = await me.run(
        mutex.withLock(async () => {
          assert.equal(mutex.locked, true);
          return 42;
        }),
      );
      assert.equal(value, 42);
      assert.equal(mutex.locked, false);
    });
  });
});

test("a function that fails under the lock releases it, at once or later, and its error comes back", async () => {
  await simulate(function* () {
    const mutex = new Mutex();
    const boom = new RangeError("boom");
    const bodies = [
      (): void => {
        throw boom;
      },
      async (): Promise<void> => {
        await null;
        throw boom;
      },
    ];
    for (const body of bodies) {
      assert.equal(yield* caught(RangeError, mutex.withLock<unknown>(body)), boom);
      assert.equal(mutex.locked, false);
    }
  });
});

test("functions run under the lock wait for each other", async () => {
  await simulate(function* () {
    const mutex = new Mutex();
    const log: string[] = [];
    const run = (name: string) =>
      go(() =>
        mutex.withLock(async () => {
          log.push(`${name} begins`);
          await sleep(5);
          log.push(`${name} ends`);
        }),
      );
    for (const task of [run("a"), run("b"), run("c")]) yield* task;
    assert.deepEqual(log, ["a begins", "a ends", "b begins", "b ends", "c begins", "c ends"]);
  });
});

test("a promise that is called off while it waits is rejected, leaves the line, and holds nothing", async () => {
  await simulate(function* () {
    const mutex = new Mutex();
    const held = yield* mutex.lock();
    const waiter = go(async () => {
      await rejected(Cancelled, Promise.resolve(mutex.lock()));
      return "told";
    });
    yield* pause();
    const next = go(async () => (await mutex.lock())[Symbol.dispose]());
    yield* pause();
    waiter.cancel();
    assert.equal(yield* waiter, "told");
    held[Symbol.dispose]();
    yield* next;
    assert.equal(mutex.locked, false);
  });
});

test("calling off one that has the lock already takes nothing away from it", async () => {
  await simulate(function* () {
    const mutex = new Mutex();
    let lock: Lock | undefined;
    const holder = go(async () => {
      const me = currentTask();
      lock = await mutex.lock();
      await me.run(sleep(100));
    });
    yield* pause();
    holder.cancel();
    yield* caught(TaskCancelledError, holder);
    assert.equal(mutex.locked, true);
    lock?.[Symbol.dispose]();
    assert.equal(mutex.locked, false);
  });
});

test("releasing what is not locked is told", () => {
  const mutex = new Mutex();
  thrown(MisuseError, () => mutex.unlock());
  const lock = mutex.tryLock();
  lock?.[Symbol.dispose]();
  lock?.[Symbol.dispose](); // this is for `finally`, and says nothing
  thrown(MisuseError, () => mutex.unlock());
});
