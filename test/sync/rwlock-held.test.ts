// RwLock, and SharedRwLock within one thread: what readLock() and lock() return, whose lock readUnlock() gives back, withLock and withReadLock, and locks that are awaited.

import assert from "node:assert/strict";
import { test } from "node:test";
import { go, Latch, MisuseError, never, RwLock, shield, sleep, TaskCancelledError, yieldNow } from "offshoot";
import { SharedRwLock } from "../../src/parallel/shared/rwlock.ts";
import { simulate } from "../../src/testing/simulate.ts";
import { caught, thrown } from "../support/caught.ts";
import { check } from "../support/sync.ts";

// Within one thread a shared one is no different.
for (const Kind of [RwLock, SharedRwLock]) {
  test(`${Kind.name}: disposing gives back once, on either side`, async () => {
    await simulate(function* () {
      const lock = new Kind();
      const [a, b] = [yield* lock.readLock(), yield* lock.readLock()];
      a[Symbol.dispose]();
      a[Symbol.dispose]();
      assert.ok(lock.tryLock() === undefined);
      b[Symbol.dispose]();
      const write = yield* lock.lock();
      for (const old of [a, b]) old[Symbol.dispose]();
      assert.ok(lock.tryReadLock() === undefined);
      lock.unlock();
      const again = yield* lock.lock();
      write[Symbol.dispose]();
      assert.ok(lock.tryReadLock() === undefined);
      again[Symbol.dispose]();
      const read = yield* lock.readLock();
      again[Symbol.dispose]();
      assert.ok(lock.tryLock() === undefined);
      lock.readUnlock();
      read[Symbol.dispose]();
      check(lock);
      assert.ok(lock.tryLock());
    });
  });

  test(`${Kind.name}: readUnlock gives back what the task has held longest, and the others keep theirs`, async () => {
    await simulate(function* () {
      const lock = new Kind();
      const theirs = yield* go(() => lock.readLock());
      const [mine, later] = [yield* lock.readLock(), yield* lock.readLock()];
      lock.readUnlock(); // mine
      const writer = go(() => lock.lock());
      yield* yieldNow();
      mine[Symbol.dispose](); // does nothing any more
      theirs[Symbol.dispose]();
      check(lock);
      assert.equal(writer.status, "waiting");
      later[Symbol.dispose]();
      yield* writer;
    });
  });

  test(`${Kind.name}: a task that holds nothing gives back what has been held longest of all`, async () => {
    await simulate(function* () {
      const lock = new Kind();
      const [first, second] = [yield* lock.readLock(), yield* lock.readLock()];
      yield* go(() => lock.readUnlock());
      first[Symbol.dispose]();
      assert.ok(lock.tryLock() === undefined);
      second[Symbol.dispose]();
      assert.ok(lock.tryLock());
    });
  });

  test(`${Kind.name}: withLock and withReadLock hold their side while the body runs, and give it back however it ends`, async () => {
    await simulate(function* () {
      const lock = new Kind();
      const log: string[] = [];
      const readers = [0, 1].map((n) =>
        go(() =>
          lock.withReadLock(function* () {
            log.push(`in ${n}`);
            yield* sleep(10);
            log.push(`out ${n}`);
            return n;
          }),
        ),
      );
      yield* yieldNow();
      const failing = lock.withLock(function* () {
        log.push("write");
        yield* sleep(10);
        throw new RangeError("boom");
      });
      yield* caught(RangeError, failing);
      for (const [n, reader] of readers.entries()) assert.equal(yield* reader, n);
      yield* caught(
        RangeError,
        lock.withReadLock(() => {
          throw new RangeError("boom");
        }),
      );
      assert.equal(yield* lock.withLock(async () => lock.tryReadLock()), undefined);
      assert.deepEqual(log, ["in 0", "in 1", "out 0", "out 1", "write"]);
      check(lock);
      assert.ok(lock.tryLock());
    });
  });

  test(`${Kind.name}: a body that is cancelled keeps its side until cleanup has ended`, async () => {
    await simulate(function* () {
      const lock = new Kind();
      const log: string[] = [];
      const task = go(() =>
        lock.withReadLock(function* () {
          try {
            yield* never;
          } finally {
            yield* shield(sleep(10));
            log.push("cleanup");
          }
        }),
      );
      yield* yieldNow();
      const writer = go(() => lock.withLock(() => log.push("write")));
      yield* yieldNow();
      task.cancel();
      yield* caught(TaskCancelledError, task);
      yield* writer;
      assert.deepEqual(log, ["cleanup", "write"]);
    });
  });

  test(`${Kind.name}: both sides can be awaited, in async bodies and outside tasks`, async () => {
    const lock = new Kind();
    const finish = new Latch();
    const log: string[] = [];
    await simulate(function* () {
      const held = yield* lock.lock();
      const inside = go(async () => {
        const read = await lock.readLock();
        log.push("async reads");
        await finish.wait();
        read[Symbol.dispose]();
      });
      yield* sleep(1);
      const outside = Promise.resolve(lock.lock()).then((write) => {
        log.push("outside writes");
        write[Symbol.dispose]();
      });
      yield* sleep(1);
      held[Symbol.dispose]();
      yield* sleep(1);
      assert.deepEqual(log, ["async reads"]);
      finish.open();
      yield* inside;
      yield* go(() => outside);
      assert.deepEqual(log, ["async reads", "outside writes"]);
      check(lock);
      thrown(MisuseError, () => lock.unlock());
    });
  });
}
