// Condition and its lock: what is held before and after, which locks will do, misuse, async bodies.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Condition,
  currentTask,
  go,
  type Lock,
  type Lockable,
  MisuseError,
  Mutex,
  RwLock,
  type Selectable,
  select,
  sleep,
  yieldNow,
} from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught, rejected, thrown } from "../support/caught.ts";
import { check, stuck } from "../support/sync.ts";

test("what lock() returned is good again after a wait, and unlock() works as well", async () => {
  await simulate(function* () {
    const mutex = new Mutex();
    const changed = new Condition(mutex);
    const wake = function* () {
      yield* mutex.withLock(() => changed.signal());
    };
    const lock = yield* mutex.lock();
    for (let i = 0; i < 3; i++) {
      const waker = go(wake);
      yield* changed.wait();
      yield* waker;
      assert.equal(mutex.locked, true);
    }
    lock[Symbol.dispose]();
    assert.equal(mutex.locked, false);
    lock[Symbol.dispose]();
    const again = yield* mutex.lock();
    go(wake);
    yield* changed.wait();
    mutex.unlock();
    assert.equal(mutex.locked, false);
    again[Symbol.dispose]();
    lock[Symbol.dispose]();
    const other = yield* mutex.lock();
    for (const old of [lock, again]) old[Symbol.dispose]();
    assert.equal(mutex.locked, true);
    other[Symbol.dispose]();
    check(mutex);
  });
});

test("disposing while the wait has released the lock does not unlock for others", async () => {
  await simulate(function* () {
    const mutex = new Mutex();
    const changed = new Condition(mutex);
    let lock: Lock | undefined;
    const waiter = go(function* () {
      lock = yield* mutex.lock();
      yield* changed.wait();
      lock[Symbol.dispose]();
    });
    yield* yieldNow();
    yield* mutex.withLock(() => {
      lock?.[Symbol.dispose]();
      assert.equal(mutex.locked, true);
      changed.signal();
    });
    yield* waiter;
    assert.equal(mutex.locked, false);
  });
});

test("the lock must be held, by whom does not matter", async () => {
  await simulate(function* () {
    const mutex = new Mutex({ name: "queue" });
    const filled = new Condition(mutex);
    const error = yield* caught(MisuseError, filled.wait());
    assert.equal(
      error.message,
      'Condition.wait: the lock of "queue" is not held. Lock it first, and wait while holding it.',
    );
    assert.equal(mutex.locked, false);
    check(filled);
    filled.signal();
    yield* go(() => mutex.lock());
    const waiter = go(() => filled.wait());
    yield* yieldNow();
    assert.equal(mutex.locked, false);
    filled.signal();
    yield* waiter;
    assert.equal(mutex.locked, true);

    const rw = new RwLock();
    yield* rw.readLock();
    assert.match((yield* caught(MisuseError, new Condition(rw).wait())).message, /the lock of "rwlock" is not held/);
    assert.equal(rw.tryLock(), undefined);
  });
});

test("a Condition of something that is no lock is misuse, and so is a wait in a select", async () => {
  for (const lock of [undefined, null, 5, {}, { lock() {} }] as never[])
    assert.match(
      thrown(MisuseError, () => new Condition(lock)).message,
      /^Condition: expected a lock such as a Mutex, got /,
    );
  const mutex = new Mutex();
  assert.match(
    thrown(MisuseError, () => new Condition(mutex, 1 as never)).message,
    /^Condition: options must be an object/,
  );
  assert.equal(new Condition(mutex, { name: "filled" }).name, "filled");
  await simulate(function* () {
    const wait = new Condition(mutex).wait() as Selectable<void>;
    assert.match(
      (yield* caught(MisuseError, select({ wait }))).message,
      /select: case "wait" is .*no single commit point/,
    );
  });
});

test("any lock of the user's own will do", async () => {
  await simulate(function* () {
    const inner = new Mutex();
    const log: string[] = [];
    const lockable: Lockable = {
      lock() {
        log.push("lock");
        return inner.lock();
      },
      unlock() {
        log.push("unlock");
        inner.unlock();
      },
    };
    const changed = new Condition(lockable);
    assert.equal(changed.name, "condition");
    yield* lockable.lock();
    go(() => changed.signal());
    yield* changed.wait();
    assert.deepEqual(log, ["lock", "unlock", "lock"]);
    assert.equal(inner.locked, true);
    const broken = new Condition({
      lock: () => inner.lock(),
      unlock() {
        throw new RangeError("broken");
      },
    });
    yield* caught(RangeError, broken.wait());
    assert.equal(inner.locked, true);
  });
});

test("an async body waits through Task.run, and a wait nobody ends is told by its name", async () => {
  await simulate(function* () {
    const mutex = new Mutex();
    const changed = new Condition(mutex);
    const task = go(async () => {
      const me = currentTask();
      const lock = await mutex.lock();
      await me.run(changed.wait());
      lock[Symbol.dispose]();
      const error = await rejected(MisuseError, me.run(changed.wait()));
      assert.match(error.message, /is not held/);
      return mutex.locked;
    });
    yield* sleep(1);
    changed.signal();
    assert.equal(yield* task, false);
  });
  const report = await stuck(function* () {
    const mutex = new Mutex({ name: "queue" });
    yield* mutex.lock();
    yield* new Condition(mutex).wait();
  });
  assert.match(report, /waits for condition\.wait queue/);
});
