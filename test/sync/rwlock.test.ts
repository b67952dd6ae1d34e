// RwLock, and SharedRwLock within one thread: many readers or one writer; who is let in when; given up, misused.

import assert from "node:assert/strict";
import { test } from "node:test";
import { go, type Lock, MisuseError, RwLock, type Task, TaskCancelledError, yieldNow } from "offshoot";
import { SharedRwLock } from "../../src/parallel/shared/rwlock.ts";
import { simulate } from "../../src/testing/simulate.ts";
import { caught, thrown } from "../support/caught.ts";
import { check } from "../support/sync.ts";

// Within one thread a shared one is no different.
for (const Kind of [RwLock, SharedRwLock]) {
  const statuses = (...tasks: Task<unknown>[]): string => tasks.map(({ status }) => status).join(" ");

  test(`${Kind.name}: many readers hold it at once, and a writer alone`, async () => {
    await simulate(function* () {
      const lock = new Kind();
      assert.equal(lock.name, Kind === RwLock ? "rwlock" : "shared rwlock");
      const readers = [yield* lock.readLock(), yield* lock.readLock(), lock.tryReadLock() as Lock];
      assert.ok(lock.tryLock() === undefined);
      const writer = go(() => lock.lock());
      yield* yieldNow();
      for (const reader of readers) {
        assert.equal(writer.status, "waiting");
        reader[Symbol.dispose]();
        check(lock);
      }
      const held = yield* writer;
      assert.ok(lock.tryReadLock() === undefined);
      assert.ok(lock.tryLock() === undefined);
      held[Symbol.dispose]();
      assert.ok(lock.tryLock());
    });
  });

  test(`${Kind.name}: a waiting writer stops new readers`, async () => {
    await simulate(function* () {
      const lock = new Kind();
      const order: string[] = [];
      const first = yield* lock.readLock();
      const writer = go(function* () {
        const held = yield* lock.lock();
        order.push("writer");
        held[Symbol.dispose]();
      });
      yield* yieldNow();
      assert.ok(lock.tryReadLock() === undefined);
      const reader = go(function* () {
        yield* lock.readLock();
        order.push("reader");
      });
      yield* yieldNow();
      assert.equal(reader.status, "waiting");
      first[Symbol.dispose]();
      yield* writer;
      yield* reader;
      assert.deepEqual(order, ["writer", "reader"]);
      check(lock);
    });
  });

  test(`${Kind.name}: a writer that unlocks lets in all readers in line, though writers came before them`, async () => {
    await simulate(function* () {
      const lock = new Kind();
      const order: string[] = [];
      yield* lock.lock();
      const start = (name: string): Task<Lock> =>
        go(function* () {
          const held = yield* name.startsWith("w") ? lock.lock() : lock.readLock();
          order.push(name);
          return held;
        });
      const tasks = ["w1", "r1", "w2", "r2", "r3"].map(start);
      yield* yieldNow();
      lock.unlock();
      assert.ok(lock.tryReadLock() === undefined); // the writers still wait
      yield* yieldNow();
      assert.deepEqual(order, ["r1", "r2", "r3"]);
      check(lock);
      for (let i = 0; i < 3; i++) lock.readUnlock();
      yield* yieldNow();
      assert.deepEqual(order.slice(3), ["w1"]);
      lock.unlock();
      yield* tasks[2] as Task<Lock>;
      assert.deepEqual(order.slice(3), ["w1", "w2"]);
      check(lock);
    });
  });

  test(`${Kind.name}: writers are served first come, first served`, async () => {
    await simulate(function* () {
      const lock = new Kind();
      const order: number[] = [];
      yield* lock.readLock();
      const writers = [0, 1, 2].map((n) => go(() => lock.withLock(() => order.push(n))));
      yield* yieldNow();
      lock.readUnlock();
      for (const writer of writers) yield* writer;
      assert.deepEqual(order, [0, 1, 2]);
    });
  });

  test(`${Kind.name}: readers that only a writer had stopped go in when it gives up, and not before the last such writer has`, async () => {
    await simulate(function* () {
      const lock = new Kind();
      yield* lock.readLock();
      const writers = [go(() => lock.lock()), go(() => lock.lock())] as const;
      yield* yieldNow();
      const readers = [go(() => lock.readLock()), go(() => lock.readLock())] as const;
      yield* yieldNow();
      writers[0].cancel();
      yield* caught(TaskCancelledError, writers[0]);
      check(lock);
      assert.equal(statuses(...readers), "waiting waiting");
      writers[1].cancel();
      check(lock);
      yield* caught(TaskCancelledError, writers[1]);
      assert.equal(statuses(...readers), "succeeded succeeded");
      for (let i = 0; i < 3; i++) lock.readUnlock();
      assert.ok(lock.tryLock());
    });
  });

  test(`${Kind.name}: a waiting writer that gives up while another writes lets nobody in`, async () => {
    await simulate(function* () {
      const lock = new Kind();
      yield* lock.lock();
      const [writer, reader] = [go(() => lock.lock()), go(() => lock.readLock())];
      yield* yieldNow();
      writer.cancel();
      yield* caught(TaskCancelledError, writer);
      assert.equal(reader.status, "waiting");
      check(lock);
      lock.unlock();
      yield* reader;
      check(lock);
    });
  });

  test(`${Kind.name}: a waiting reader that gives up leaves all else as it is`, async () => {
    await simulate(function* () {
      const lock = new Kind();
      yield* lock.lock();
      const [one, two] = [go(() => lock.readLock()), go(() => lock.readLock())];
      yield* yieldNow();
      one.cancel();
      yield* caught(TaskCancelledError, one);
      check(lock);
      lock.unlock();
      yield* two;
      lock.readUnlock();
      assert.match(thrown(MisuseError, () => lock.readUnlock()).message, /not locked for reading/);
    });
  });

  test(`${Kind.name}: a task that reads, and reads again behind a writer, waits for itself`, async () => {
    await simulate(function* () {
      const lock = new Kind();
      const first = yield* lock.readLock();
      const second = yield* lock.readLock(); // no writer yet: both are granted
      second[Symbol.dispose]();
      const writer = go(() => lock.lock());
      yield* yieldNow();
      assert.ok(lock.tryReadLock() === undefined);
      first[Symbol.dispose]();
      yield* writer;
    });
  });

  test(`${Kind.name}: unlocking a side that is not locked is misuse, and changes nothing`, async () => {
    await simulate(function* () {
      const lock = new Kind({ name: "config" });
      const write = new RegExp(
        `^${Kind.name}\\.unlock: "config" is not locked for writing\\. Unlock once per lock, or use withLock\\(\\)\\.$`,
      );
      const read = new RegExp(
        `^${Kind.name}\\.readUnlock: "config" is not locked for reading\\. Unlock once per readLock, or use withReadLock\\(\\)\\.$`,
      );
      assert.match(thrown(MisuseError, () => lock.unlock()).message, write);
      assert.match(thrown(MisuseError, () => lock.readUnlock()).message, read);
      yield* lock.readLock();
      assert.match(thrown(MisuseError, () => lock.unlock()).message, write);
      check(lock);
      lock.readUnlock();
      yield* lock.lock();
      assert.match(thrown(MisuseError, () => lock.readUnlock()).message, read);
      check(lock);
      lock.unlock();
      assert.ok(lock.tryLock());
      thrown(MisuseError, () => new Kind({ name: null as never }));
      for (const verb of ["withLock", "withReadLock"] as const)
        assert.match(
          thrown(MisuseError, () => lock[verb](null as never)).message,
          new RegExp(`^${Kind.name}.${verb}: the body must be a function, got null`),
        );
    });
  });
}
