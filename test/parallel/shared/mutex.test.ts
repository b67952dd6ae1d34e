// SharedMutex within one thread, where it is a Mutex: ready, waiting, order, given up, misused, and as a case of a select.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import {
  always,
  Cancelled,
  Condition,
  channel,
  go,
  group,
  type Lock,
  MisuseError,
  named,
  never,
  select,
  selectNow,
  TaskCancelledError,
  yieldNow,
} from "offshoot";
import { SharedMutex } from "../../../src/parallel/shared/mutex.ts";
import { simulate } from "../../../src/testing/simulate.ts";
import { caught, thrown } from "../../support/caught.ts";
import { check, stuck, warnings } from "../../support/sync.ts";

test("a free mutex is locked at once, and a locked one makes others wait until it is unlocked", async () => {
  await simulate(function* () {
    const mutex = new SharedMutex();
    assert.equal(mutex.name, "shared mutex");
    assert.equal(mutex.locked, false);
    yield* mutex.lock();
    assert.equal(mutex.locked, true);
    assert.ok(mutex.tryLock() === undefined);
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

test("in one thread it is handed over first come, first served, and nobody barges in", async () => {
  await simulate(function* () {
    const mutex = new SharedMutex();
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
    assert.ok(mutex.tryLock() === undefined);
    yield* mutex.lock(); // behind all of them
    order.push(4);
    mutex.unlock();
    for (const task of tasks) yield* task;
    assert.deepEqual(order, [0, 1, 2, 3, 4]);
  });
});

test("a waiter that is cancelled leaves the line, and those behind it stay in order", async () => {
  await simulate(function* () {
    const mutex = new SharedMutex();
    const order: number[] = [];
    const held = yield* mutex.lock();
    const tasks = [0, 1, 2, 3, 4].map((n) => go(() => mutex.withLock(() => order.push(n))));
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

test("a lock that was handed over is had even if the cancellation comes before the turn", async () => {
  await simulate(function* () {
    const mutex = new SharedMutex();
    let had = false;
    yield* mutex.lock();
    const task = go(() =>
      mutex.withLock(function* () {
        had = true;
        yield* yieldNow();
      }),
    );
    yield* yieldNow();
    mutex.unlock();
    task.cancel();
    yield* caught(TaskCancelledError, task);
    assert.ok(had);
    assert.equal(mutex.locked, false);
  });
});

test("in a cancelled scope lock() throws, free or not, and tryLock() works", async () => {
  await simulate(function* () {
    const mutex = new SharedMutex();
    yield* caught(
      TaskCancelledError,
      group(function* (g) {
        g.cancel();
        yield* caught(Cancelled, mutex.lock());
        assert.equal(mutex.locked, false);
        const lock = mutex.tryLock() as Lock;
        assert.equal(mutex.locked, true);
        lock[Symbol.dispose]();
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

test("unlocking what is not locked, or repairing what is not poisoned, is misuse and changes nothing", async () => {
  const mutex = new SharedMutex({ name: "db" });
  await simulate(function* theTask() {
    const inside = thrown(MisuseError, () => mutex.unlock());
    assert.deepEqual(inside.task, { id: 1, name: "theTask" });
    assert.equal(inside.message, 'SharedMutex.unlock: "db" is not locked. Unlock once per lock, or use withLock().');
    const sound = /^SharedMutex\.repair: "db" is not poisoned\. Repair it once, after a PoisonedError\.$/;
    assert.match(thrown(MisuseError, () => mutex.repair()).message, sound);
    yield* mutex.lock();
    assert.match(thrown(MisuseError, () => mutex.repair()).message, sound);
    assert.equal(mutex.locked, true);
    mutex.unlock();
    thrown(MisuseError, () => mutex.unlock());
    assert.equal(mutex.locked, false);
    check(mutex);
  });
});

test("options and bodies that cannot be are misuse at the call", () => {
  for (const options of [null, 5, "db"] as never[])
    assert.match(
      thrown(MisuseError, () => new SharedMutex(options)).message,
      /^SharedMutex: options must be an object, got /,
    );
  assert.match(
    thrown(MisuseError, () => new SharedMutex({ name: 5 as never })).message,
    /^SharedMutex: the name must be a string, got a number \(5\)/,
  );
  const mutex = new SharedMutex({ name: undefined });
  assert.equal(mutex.name, "shared mutex");
  for (const body of [undefined, 5, mutex.lock()] as never[])
    assert.match(
      thrown(MisuseError, () => mutex.withLock(body)).message,
      /^SharedMutex\.withLock: the body must be a function, got /,
    );
  assert.equal(mutex.locked, false);
});

test("a lock is a case of a select, nested, mapped, and twice in one", async () => {
  await simulate(function* () {
    const mutex = new SharedMutex();
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
    assert.ok(mutex.tryLock() === undefined);
    mutex.unlock();
    assert.equal(mutex.locked, false); // once is enough: the other case has done nothing
    assert.equal(selectNow({ lock: mutex.lock() })?.key, "lock");
    mutex.unlock();
    check(mutex);
  });
});

test("a select that loses its place in line holds nothing", async () => {
  await simulate(function* () {
    const mutex = new SharedMutex();
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

test("one lock() may be used again, and by two tasks at once; what was given back does nothing to the next holder", async () => {
  await simulate(function* () {
    const mutex = new SharedMutex();
    const lock = mutex.lock();
    const first = yield* lock;
    const [a, b] = [go(() => lock), go(() => lock)];
    yield* yieldNow();
    first[Symbol.dispose]();
    const second = yield* a;
    assert.equal(b.status, "waiting");
    first[Symbol.dispose]();
    assert.equal(b.status, "waiting");
    second[Symbol.dispose]();
    (yield* b)[Symbol.dispose]();
    assert.equal(mutex.locked, false);
  });
});

test("another task of the thread may unlock, and code outside tasks may lock", async () => {
  const mutex = new SharedMutex();
  const lock = await mutex.lock();
  await simulate(function* () {
    const waiter = go(() => mutex.lock());
    yield* yieldNow();
    yield* go(() => lock[Symbol.dispose]());
    yield* waiter;
    mutex.unlock();
  });
  assert.equal(mutex.locked, false);
});

test("a condition can be made for it", async () => {
  await simulate(function* () {
    const mutex = new SharedMutex();
    const filled = new Condition(mutex);
    let full = false;
    const waits = go(() =>
      mutex.withLock(function* () {
        while (!full) yield* filled.wait();
        return "full";
      }),
    );
    yield* yieldNow();
    yield* mutex.withLock(() => {
      full = true;
      filled.signal();
    });
    assert.equal(yield* waits, "full");
    assert.equal(mutex.locked, false);
  });
});

test("it shows who holds it, and so does a report of those who wait", async () => {
  const mutex = new SharedMutex({ name: "db" });
  assert.equal(inspect(mutex), '[shared mutex "db", free]');
  const report = await stuck(function* holder() {
    yield* mutex.lock();
    assert.equal(inspect(mutex), '[shared mutex "db", held by task #1 "holder"]');
    yield* go(function* waiter() {
      yield* mutex.lock();
    });
  });
  assert.match(report, /task #2 "waiter" .*waits for mutex\.lock db, .*held by task #1 "holder"/);
  mutex.unlock();
  const outside = mutex.tryLock() as Lock;
  assert.equal(inspect(mutex), '[shared mutex "db", held by code outside any task]');
  outside[Symbol.dispose]();
  assert.match(inspect(outside), /given back/);
});

test("tasks of one thread that wait for each other in a circle are told of", async () => {
  await simulate(function* () {
    const [one, other] = [new SharedMutex({ name: "one" }), new SharedMutex({ name: "other" })];
    const takes = function* (first: SharedMutex, second: SharedMutex) {
      yield* first.lock();
      yield* yieldNow();
      yield* second.lock();
    };
    const [ann, bob] = [go(named("ann", takes), one, other), go(named("bob", takes), other, one)];
    yield* yieldNow();
    assert.deepEqual(warnings(), []);
    yield* yieldNow();
    assert.match(
      warnings().join(),
      /^locks: task #3 "bob" waits for mutex\.lock "one", held by task #2 "ann", which waits for mutex\.lock "other"/,
    );
    for (const task of [ann, bob]) {
      task.cancel();
      yield* caught(TaskCancelledError, task);
    }
    one.unlock();
    other.unlock();
  });
});
