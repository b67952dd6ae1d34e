// A cancelled wait: the lock is taken again before it throws, and a signal it had taken is passed on.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Cancelled,
  Condition,
  go,
  group,
  Mutex,
  never,
  type Operation,
  sleep,
  type Task,
  TaskCancelledError,
  yieldNow,
} from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught } from "../support/caught.ts";
import { check } from "../support/sync.ts";

/** Waiters that note in which order they go on, and how. */
function waiters(n: number, mutex: Mutex, changed: Condition, log: string[]): Task<void>[] {
  return Array.from({ length: n }, (_, i) =>
    go(() =>
      mutex.withLock(function* (): Operation<void> {
        try {
          yield* changed.wait();
          log.push(`${i} woken`);
        } catch (error) {
          assert.ok(error instanceof Cancelled);
          assert.equal(mutex.locked, true);
          log.push(`${i} cancelled`);
          throw error;
        }
      }),
    ),
  );
}

test("it takes the lock again before it throws, and withLock gives it back", async () => {
  await simulate(function* () {
    const mutex = new Mutex();
    const changed = new Condition(mutex);
    const log: string[] = [];
    const [task] = waiters(1, mutex, changed, log) as [Task<void>];
    yield* yieldNow();
    yield* mutex.withLock(function* () {
      task.cancel();
      check(changed);
      yield* sleep(5);
      assert.equal(log.length, 0);
    });
    yield* caught(TaskCancelledError, task);
    assert.deepEqual(log, ["0 cancelled"]);
    assert.equal(mutex.locked, false);
  });
});

test("one that is cancelled while it waits has taken no signal", async () => {
  await simulate(function* () {
    const mutex = new Mutex();
    const changed = new Condition(mutex);
    const log: string[] = [];
    const tasks = waiters(3, mutex, changed, log);
    yield* sleep(1);
    tasks[0]?.cancel();
    changed.signal();
    yield* sleep(1);
    assert.deepEqual(log, ["0 cancelled", "1 woken"]);
    changed.signal();
    yield* tasks[2] ?? never;
  });
});

test("one that is cancelled after it was woken passes its signal on", async () => {
  await simulate(function* () {
    const mutex = new Mutex();
    const changed = new Condition(mutex);
    const log: string[] = [];
    const tasks = waiters(3, mutex, changed, log);
    yield* sleep(1);
    changed.signal();
    tasks[0]?.cancel();
    yield* sleep(1);
    assert.deepEqual(log, ["0 cancelled", "1 woken"]);
    assert.equal(tasks[2]?.status, "waiting");
    changed.signal();
    yield* tasks[2] ?? never;
    assert.equal(mutex.locked, false);
  });
});

test("one that is cancelled while it waits for the lock again passes its signal on, once", async () => {
  await simulate(function* () {
    const mutex = new Mutex();
    const changed = new Condition(mutex);
    const log: string[] = [];
    const tasks = waiters(3, mutex, changed, log);
    yield* sleep(1);
    yield* mutex.withLock(function* () {
      changed.signal();
      yield* sleep(1); // now it waits for the lock
      tasks[0]?.cancel();
      yield* sleep(1);
      assert.equal(log.length, 0);
    });
    yield* sleep(1);
    assert.deepEqual(log, ["0 cancelled", "1 woken"]);
    assert.equal(tasks[2]?.status, "waiting");
    changed.signal();
    yield* tasks[2] ?? never;
  });
});

test("a broadcast is not passed on: it was for each", async () => {
  await simulate(function* () {
    const mutex = new Mutex();
    const changed = new Condition(mutex);
    const log: string[] = [];
    const tasks = waiters(2, mutex, changed, log);
    yield* sleep(1);
    const held = yield* mutex.lock();
    const [late] = waiters(1, mutex, changed, log) as [Task<void>]; // in line for the lock before those who are woken
    yield* yieldNow();
    changed.broadcast();
    yield* yieldNow();
    tasks[0]?.cancel();
    held[Symbol.dispose]();
    yield* sleep(1);
    assert.deepEqual(log, ["0 cancelled", "1 woken"]);
    assert.equal(late.status, "waiting");
    changed.signal();
    yield* late;
  });
});

test("one that is cancelled before its turn passes its signal on at once, not only when it has the lock", async () => {
  await simulate(function* () {
    const mutex = new Mutex();
    const changed = new Condition(mutex);
    const log: string[] = [];
    const tasks = waiters(2, mutex, changed, log);
    yield* sleep(1);
    const held = yield* mutex.lock();
    changed.signal();
    tasks[0]?.cancel();
    yield* yieldNow();
    yield* yieldNow();
    const third = go(() => mutex.withLock(() => log.push("third"))); // behind both of them
    yield* yieldNow();
    held[Symbol.dispose]();
    yield* third;
    assert.deepEqual(log, ["0 cancelled", "1 woken", "third"]);
  });
});

test("a signal that nobody is left to take is gone", async () => {
  await simulate(function* () {
    const mutex = new Mutex();
    const changed = new Condition(mutex);
    const log: string[] = [];
    const [only] = waiters(1, mutex, changed, log) as [Task<void>];
    yield* sleep(1);
    changed.signal();
    only.cancel();
    yield* caught(TaskCancelledError, only);
    const late = waiters(1, mutex, changed, log)[0];
    yield* sleep(1);
    assert.equal(late?.status, "waiting");
    changed.signal();
    yield* late ?? never;
  });
});

test("in a cancelled scope wait throws at once, and has not released the lock", async () => {
  await simulate(function* () {
    const mutex = new Mutex();
    const changed = new Condition(mutex);
    yield* mutex.lock();
    const other = go(() => mutex.lock());
    yield* yieldNow();
    yield* caught(
      TaskCancelledError,
      group(function* (g) {
        g.cancel();
        yield* caught(Cancelled, changed.wait());
        assert.equal(other.status, "waiting");
        check(changed);
        yield* never;
      }),
    );
    mutex.unlock();
    yield* other;
  });
});

test("a group around the wait that is cancelled throws at its end, with the lock held outside it", async () => {
  await simulate(function* () {
    const mutex = new Mutex();
    const changed = new Condition(mutex);
    const lock = yield* mutex.lock();
    yield* caught(
      TaskCancelledError,
      group(function* (g) {
        g.go(function* () {
          yield* sleep(1);
          g.cancel();
        });
        yield* changed.wait();
      }),
    );
    assert.equal(mutex.locked, true);
    lock[Symbol.dispose]();
    assert.equal(mutex.locked, false);
  });
});
