// RWMutex as Go has it: readers in parallel, writers alone, a pending writer stops readers, and what follows from that.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Condition,
  channel,
  DeadlockError,
  go,
  type Lockable,
  MisuseError,
  type Operation,
  RwLock,
  sleep,
  yieldNow,
} from "offshoot";
import { simulate } from "../../../src/testing/simulate.ts";
import { rejected, thrown } from "../../support/caught.ts";
import { orders } from "../../support/orders.ts";

for (const readers of [1, 3, 4, 10]) {
  test(`${readers} readers are in at once`, async () => {
    await orders(5, function* () {
      const lock = new RwLock();
      const [locked, unlock, done] = [channel<void>(), channel<void>(), channel<void>()];
      for (let i = 0; i < readers; i++)
        go(function* () {
          yield* lock.readLock();
          yield* locked.send();
          yield* unlock.receive();
          lock.readUnlock();
          yield* done.send();
        });
      for (let i = 0; i < readers; i++) yield* locked.receive();
      assert.equal(lock.tryLock(), undefined);
      for (let i = 0; i < readers; i++) yield* unlock.send();
      for (let i = 0; i < readers; i++) yield* done.receive();
      assert.ok(lock.tryLock());
    });
  });
}

for (const [readers, writers] of [
  [1, 1],
  [3, 2],
  [10, 5],
] as const) {
  test(`${readers} readers and ${writers} writers never meet, in any order`, async () => {
    await orders(15, function* () {
      const lock = new RwLock();
      let activity = 0; // readers count one, writers ten thousand
      const reader = function* (): Operation<void> {
        for (let i = 0; i < 10; i++) {
          yield* lock.readLock();
          activity++;
          assert.ok(activity >= 1 && activity < 10_000);
          yield* yieldNow();
          activity--;
          lock.readUnlock();
        }
      };
      const writer = function* (): Operation<void> {
        for (let i = 0; i < 10; i++) {
          yield* lock.lock();
          activity += 10_000;
          assert.equal(activity, 10_000);
          yield* yieldNow();
          activity -= 10_000;
          lock.unlock();
        }
      };
      const tasks = [...Array<typeof reader>(readers).fill(reader), ...Array<typeof writer>(writers).fill(writer)].map(
        (body) => go(body),
      );
      for (const task of tasks) yield* task;
      assert.equal(activity, 0);
      assert.ok(lock.tryLock());
    });
  });
}

test("a pending writer stops new readers, and a stream of readers does not starve it", async () => {
  await simulate(function* () {
    const lock = new RwLock();
    let written = false;
    const readers = [0, 1].map((n) =>
      go(function* () {
        yield* sleep(n * 5);
        while (!written) {
          yield* lock.readLock();
          yield* sleep(10);
          lock.readUnlock();
        }
      }),
    );
    yield* sleep(7);
    yield* lock.lock();
    written = true;
    lock.unlock();
    for (const reader of readers) yield* reader;
  });
});

test("a writer does not starve readers either: its unlock lets in all who wait before the next writer", async () => {
  await simulate(function* () {
    const lock = new RwLock();
    let read = 0;
    const writers = [0, 1].map(() =>
      go(function* () {
        while (read < 3) {
          yield* lock.lock();
          yield* sleep(10);
          lock.unlock();
        }
      }),
    );
    yield* sleep(1);
    const readers = [0, 1, 2].map(() => go(() => lock.withReadLock(() => read++)));
    for (const task of [...readers, ...writers]) yield* task;
    assert.equal(read, 3);
  });
});

test("tryLock and tryReadLock fail where lock would wait, and only there", () => {
  const lock = new RwLock();
  assert.ok(lock.tryLock());
  assert.equal(lock.tryLock(), undefined);
  assert.equal(lock.tryReadLock(), undefined);
  lock.unlock();
  assert.ok(lock.tryReadLock());
  assert.ok(lock.tryReadLock());
  assert.equal(lock.tryLock(), undefined);
  lock.readUnlock();
  lock.readUnlock();
  assert.ok(lock.tryLock());
  lock.unlock();
});

test("reading again while a writer waits never ends, which is told", async () => {
  const error = await rejected(
    DeadlockError,
    simulate(function* () {
      const lock = new RwLock();
      yield* lock.readLock();
      go(() => lock.withLock(() => {}));
      yield* yieldNow();
      yield* lock.readLock();
    }),
  );
  assert.match(error.report, /rwlock\.readLock/);
  assert.match(error.report, /rwlock\.lock/);
});

test("unlocking the wrong side, or once too often, cannot pass unseen", async () => {
  await simulate(function* () {
    const lock = new RwLock();
    thrown(MisuseError, () => lock.unlock());
    thrown(MisuseError, () => lock.readUnlock());
    yield* lock.readLock();
    thrown(MisuseError, () => lock.unlock());
    lock.readUnlock();
    thrown(MisuseError, () => lock.readUnlock());
    yield* lock.lock();
    thrown(MisuseError, () => lock.readUnlock());
    lock.unlock();
    thrown(MisuseError, () => lock.unlock());
    assert.ok(lock.tryLock());
  });
});

test("the readers' side as a lock of its own serves a condition, with several readers in at once", async () => {
  await simulate(function* () {
    const lock = new RwLock();
    const reading: Lockable = { lock: () => lock.readLock(), unlock: () => lock.readUnlock() };
    const changed = new Condition(reading, { name: "changed" });
    let ready = false;
    let seen = 0;
    const readers = [0, 1, 2].map(() =>
      go(function* () {
        yield* reading.lock();
        while (!ready) yield* changed.wait();
        seen++;
        yield* sleep(10);
        assert.equal(seen, 3);
        reading.unlock();
      }),
    );
    yield* sleep(1);
    yield* lock.withLock(() => {
      ready = true;
      changed.broadcast();
    });
    for (const reader of readers) yield* reader;
    assert.ok(lock.tryLock());
  });
});
