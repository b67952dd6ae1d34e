// Mutex: ready, waiting, handed over in order, given up, misused, and as a case of a select.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  always,
  Cancelled,
  channel,
  go,
  group,
  type Lock,
  MisuseError,
  Mutex,
  never,
  select,
  selectNow,
  TaskCancelledError,
  yieldNow,
} from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught, thrown } from "../support/caught.ts";
import { check } from "../support/sync.ts";

test("a free mutex is locked at once, and a locked one makes others wait until it is unlocked", async () => {
  await simulate(function* () {
    const mutex = new Mutex();
    assert.equal(mutex.name, "mutex");
    assert.equal(mutex.locked, false);
    yield* mutex.lock();
    assert.equal(mutex.locked, true);
    assert.equal(mutex.tryLock(), undefined);
    const waiter = go(() => mutex.lock());
    yield* yieldNow();
    assert.equal(waiter.status, "waiting");
    mutex.unlock();
    assert.equal(mutex.locked, true); // handed over in that step
    check(mutex);
    const lock = yield* waiter;
    lock[Symbol.dispose]();
    assert.equal(mutex.locked, false);
    check(mutex);
  });
});

test("a mutex is handed over first come, first served, and nobody barges in", async () => {
  await simulate(function* () {
    const mutex = new Mutex();
    const order: number[] = [];
    yield* mutex.lock();
    const tasks = [0, 1, 2, 3].map((n) =>
      go(function* () {
        const lock = yield* mutex.lock();
        order.push(n);
        yield* yieldNow();
        lock[Symbol.dispose]();
      }),
    );
    yield* yieldNow();
    mutex.unlock();
    assert.equal(mutex.tryLock(), undefined);
    yield* mutex.lock(); // behind all of them
    order.push(4);
    mutex.unlock();
    for (const task of tasks) yield* task;
    assert.deepEqual(order, [0, 1, 2, 3, 4]);
  });
});

test("a waiter that is cancelled leaves the line, and those behind it stay in order", async () => {
  await simulate(function* () {
    const mutex = new Mutex();
    const order: number[] = [];
    const held = yield* mutex.lock();
    const tasks = [0, 1, 2, 3, 4].map((n) =>
      go(function* () {
        using(yield* mutex.lock(), () => order.push(n));
      }),
    );
    yield* yieldNow();
    for (const n of [0, 2, 4]) {
      tasks[n]?.cancel(n);
      check(mutex);
      assert.equal((yield* caught(TaskCancelledError, tasks[n] ?? never)).reason, n);
    }
    assert.equal(mutex.locked, true);
    held[Symbol.dispose]();
    yield* tasks[1] ?? never;
    yield* tasks[3] ?? never;
    assert.deepEqual(order, [1, 3]);
    assert.equal(mutex.locked, false);
  });
});

function using(lock: Lock, body: () => void): void {
  body();
  lock[Symbol.dispose]();
}

test("a lock that was handed over is had even if the cancellation comes before the turn", async () => {
  await simulate(function* () {
    const mutex = new Mutex();
    const log: string[] = [];
    yield* mutex.lock();
    const task = go(function* () {
      const lock = yield* mutex.lock();
      log.push("had");
      try {
        yield* yieldNow();
      } finally {
        lock[Symbol.dispose]();
      }
    });
    yield* yieldNow();
    mutex.unlock();
    task.cancel();
    yield* caught(TaskCancelledError, task);
    assert.deepEqual(log, ["had"]);
    assert.equal(mutex.locked, false);
  });
});

test("in a cancelled scope lock() throws, free or not, and tryLock() works", async () => {
  await simulate(function* () {
    const mutex = new Mutex();
    yield* caught(
      TaskCancelledError,
      group(function* (g) {
        g.cancel();
        yield* caught(Cancelled, mutex.lock());
        assert.equal(mutex.locked, false);
        using(mutex.tryLock() as Lock, () => assert.equal(mutex.locked, true));
        yield* caught(
          Cancelled,
          mutex.withLock(() => assert.fail("the body ran")),
        );
        yield* never;
      }),
    );
    assert.equal(mutex.locked, false);
  });
});

test("unlocking what is not locked is misuse, and changes nothing", async () => {
  const mutex = new Mutex({ name: "db" });
  await simulate(function* theTask() {
    const inside = thrown(MisuseError, () => mutex.unlock());
    assert.deepEqual(inside.task, { id: 1, name: "theTask" });
    yield* mutex.lock();
    mutex.unlock();
    const error = thrown(MisuseError, () => mutex.unlock());
    assert.match(error.message, /^Mutex\.unlock: "db" is not locked\. Unlock once per lock, or use withLock\(\)\.$/);
    assert.equal(mutex.locked, false);
    check(mutex);
    yield* mutex.lock();
    mutex.unlock();
  });
});

test("options and bodies that cannot be are misuse at the call", () => {
  for (const options of [null, 5, "db"] as never[])
    assert.match(thrown(MisuseError, () => new Mutex(options)).message, /^Mutex: options must be an object, got /);
  assert.match(
    thrown(MisuseError, () => new Mutex({ name: 5 as never })).message,
    /^Mutex: the name must be a string, got a number \(5\)/,
  );
  const mutex = new Mutex({ name: undefined });
  assert.equal(mutex.name, "mutex");
  for (const body of [undefined, 5, mutex.lock()] as never[])
    assert.match(
      thrown(MisuseError, () => mutex.withLock(body)).message,
      /^Mutex\.withLock: the body must be a function, got /,
    );
  assert.equal(mutex.locked, false);
});

test("a lock is a case of a select, nested, mapped, and twice in one", async () => {
  await simulate(function* () {
    const mutex = new Mutex();
    const ch = channel<number>();
    const got = yield* select({ lock: mutex.lock(), value: ch.receive() });
    assert.equal(got.key, "lock");
    assert.equal(selectNow({ lock: mutex.lock() }), undefined);

    const plain = go(() => select([select({ deep: mutex.lock().map((lock) => ({ lock })) }), never]));
    const twice = go(() => select({ a: mutex.lock(), b: mutex.lock() }));
    const loser = go(() => select({ a: mutex.lock(), b: select([mutex.lock(), ch.receive()]) }));
    yield* yieldNow();
    yield* ch.send(1);
    assert.deepEqual((yield* loser).key, "b");
    check(mutex);
    mutex.unlock();
    const deep = yield* plain;
    assert.equal(deep.key, 0);
    assert.ok(mutex.locked);
    if (deep.key === 0) deep.value.value.lock[Symbol.dispose]();
    assert.equal((yield* twice).key, "a");
    assert.equal(mutex.tryLock(), undefined);
    mutex.unlock();
    assert.equal(mutex.locked, false); // once is enough: the other case has done nothing
    check(mutex);
  });
});

test("a select that loses its place in line holds nothing", async () => {
  await simulate(function* () {
    const mutex = new Mutex();
    yield* mutex.lock();
    const cancelled = go(() => select({ a: mutex.lock(), b: mutex.lock(), c: never }));
    const last = go(() => mutex.lock());
    yield* yieldNow();
    cancelled.cancel();
    check(mutex);
    mutex.unlock();
    yield* last;
    mutex.unlock();
    assert.equal(mutex.locked, false);
    assert.equal((yield* select({ lock: mutex.lock(), other: always(1) }, { priority: true })).key, "lock");
  });
});

test("one lock() may be used again, and by two tasks at once", async () => {
  await simulate(function* () {
    const mutex = new Mutex();
    const lock = mutex.lock();
    const first = yield* lock;
    const [a, b] = [go(() => lock), go(() => lock)];
    yield* yieldNow();
    first[Symbol.dispose]();
    const second = yield* a;
    assert.equal(b.status, "waiting");
    assert.notEqual(second, first);
    second[Symbol.dispose]();
    (yield* b)[Symbol.dispose]();
    assert.equal(mutex.locked, false);
  });
});
