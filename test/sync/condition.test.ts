// Condition: who is woken, in what order, and that the lock is held before and after.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Condition, go, Mutex, RwLock, sleep, yieldNow } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { check } from "../support/sync.ts";

for (const make of [() => new Mutex({ name: "lock" }), () => new RwLock({ name: "lock" })]) {
  const kind = make().constructor.name;

  test(`wait releases the ${kind}, waits for a signal, and holds it again`, async () => {
    await simulate(function* () {
      const lock = make();
      const filled = new Condition(lock);
      assert.equal(filled.name, "lock");
      const log: string[] = [];
      const waiter = go(function* () {
        yield* lock.withLock(function* () {
          log.push("waits");
          yield* filled.wait();
          log.push("goes on");
          assert.equal(lock.tryLock(), undefined);
          yield* sleep(5);
        });
      });
      yield* yieldNow();
      yield* lock.withLock(function* () {
        filled.signal();
        log.push("signals");
        yield* sleep(5);
        log.push("unlocks");
      });
      yield* lock.withLock(() => log.push("after"));
      yield* waiter;
      assert.deepEqual(log, ["waits", "signals", "unlocks", "goes on", "after"]);
      check(lock);
      check(filled);
      assert.ok(lock.tryLock());
    });
  });
}

test("signal wakes the one that has waited longest, broadcast all who wait, in the order they came", async () => {
  await simulate(function* () {
    const mutex = new Mutex();
    const changed = new Condition(mutex);
    const order: number[] = [];
    const tasks = [0, 1, 2, 3].map((n) =>
      go(() =>
        mutex.withLock(function* () {
          yield* changed.wait();
          order.push(n);
        }),
      ),
    );
    yield* yieldNow();
    yield* yieldNow();
    changed.signal();
    yield* sleep(1);
    assert.deepEqual(order, [0]);
    changed.broadcast();
    yield* sleep(1);
    assert.deepEqual(order, [0, 1, 2, 3]);
    for (const task of tasks) yield* task;
    changed.signal(); // nobody waits: nothing happens, and nothing is kept
    changed.broadcast();
    const late = go(() => mutex.withLock(() => changed.wait()));
    yield* sleep(1);
    assert.equal(late.status, "waiting");
    changed.signal();
    yield* late;
  });
});

test("a signal is not stolen by one that waits later, nor by one that comes back", async () => {
  await simulate(function* () {
    const mutex = new Mutex();
    const changed = new Condition(mutex);
    const order: string[] = [];
    const first = go(() =>
      mutex.withLock(function* () {
        yield* changed.wait();
        order.push("first");
      }),
    );
    yield* yieldNow();
    const lock = yield* mutex.lock();
    changed.signal();
    const later = go(() =>
      mutex.withLock(function* () {
        yield* changed.wait();
        order.push("later");
      }),
    );
    yield* yieldNow();
    lock[Symbol.dispose]();
    yield* first;
    yield* sleep(1);
    assert.deepEqual([later.status, ...order], ["waiting", "first"]);
    changed.broadcast();
    yield* later;
  });
});

test("broadcast wakes those who wait now, and not one that waits again at once", async () => {
  await simulate(function* () {
    const mutex = new Mutex();
    const changed = new Condition(mutex);
    let woken = 0;
    const task = go(() =>
      mutex.withLock(function* () {
        for (; woken < 2; woken++) yield* changed.wait();
      }),
    );
    yield* yieldNow();
    changed.broadcast();
    yield* sleep(1);
    assert.deepEqual([woken, task.status], [1, "waiting"]);
    changed.broadcast();
    yield* task;
  });
});

test("no signal falls between the release of the lock and the wait", async () => {
  await simulate(function* () {
    const mutex = new Mutex();
    const changed = new Condition(mutex);
    const signaller = go(function* () {
      yield* yieldNow();
      yield* mutex.withLock(() => changed.signal()); // gets the lock in the step in which the other one waits
    });
    yield* mutex.lock();
    yield* sleep(1);
    yield* changed.wait();
    assert.equal(mutex.locked, true);
    yield* signaller;
  });
});
