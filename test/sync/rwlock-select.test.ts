// RwLock, and SharedRwLock within one thread, as a case of a select, on either side and on both.

import assert from "node:assert/strict";
import { test } from "node:test";
import { channel, go, never, RwLock, select, selectNow, type Task, yieldNow } from "offshoot";
import { SharedRwLock } from "../../src/parallel/shared/rwlock.ts";
import { simulate } from "../../src/testing/simulate.ts";
import { check } from "../support/sync.ts";

// Within one thread a shared one is no different.
for (const Kind of [RwLock, SharedRwLock]) {
  const statuses = (...tasks: Task<unknown>[]): string => tasks.map(({ status }) => status).join(" ");

  test(`${Kind.name}: both sides are cases of a select, nested, mapped, and several in one`, async () => {
    await simulate(function* () {
      const lock = new Kind();
      const ch = channel<number>();
      assert.equal((yield* select({ read: lock.readLock(), value: ch.receive() })).key, "read");
      assert.equal(selectNow({ write: lock.lock() }), undefined);
      assert.equal(selectNow({ write: lock.lock(), read: lock.readLock() })?.key, "read");
      lock.readUnlock();

      const loser = go(() => select({ write: lock.lock(), deep: select([lock.lock(), ch.receive()]) }));
      const reader = go(() => select([lock.readLock(), lock.readLock(), never]));
      yield* yieldNow();
      assert.equal(statuses(loser, reader), "waiting waiting");
      yield* ch.send(1);
      assert.equal((yield* loser).key, "deep");
      yield* reader; // only the write cases of the select had stopped it
      check(lock);

      const writer = go(() => select({ write: select([lock.lock().map(() => "mapped")]), twice: lock.lock() }));
      yield* yieldNow();
      lock.readUnlock();
      check(lock);
      lock.readUnlock();
      assert.deepEqual(yield* writer, { key: "write", value: { key: 0, value: "mapped" } });
      check(lock);
      lock.unlock();
      assert.ok(lock.tryLock());
    });
  });

  test(`${Kind.name}: a select with both sides takes one of them, and the other has done nothing`, async () => {
    await simulate(function* () {
      for (const held of ["writer", "readers"]) {
        const lock = new Kind();
        if (held === "writer") yield* lock.lock();
        else yield* lock.readLock();
        const blocker = go(() => lock.lock());
        yield* yieldNow();
        const both = go(() => select({ write: lock.lock(), read: lock.readLock() }));
        yield* yieldNow();
        if (held === "writer") lock.unlock();
        else lock.readUnlock();
        check(lock);
        if (held === "readers") {
          yield* blocker;
          lock.unlock();
        }
        const { key, value } = yield* both;
        assert.equal(key, "read");
        value[Symbol.dispose]();
        if (held === "writer") {
          yield* blocker;
          lock.unlock();
        }
        assert.ok(lock.tryLock());
      }
    });
  });

  test(`${Kind.name}: when the waiting writer gives up and the last reader leaves in one step, the readers in line go before whoever asks then`, async () => {
    await simulate(function* () {
      const lock = new Kind();
      const ch = channel<number>();
      yield* lock.readLock();
      const writer = go(() => select({ write: lock.lock(), value: ch.receive() }));
      yield* yieldNow();
      const reader = go(() => lock.readLock());
      yield* yieldNow();
      assert.equal(ch.trySend(1), true); // the writer's select is settled, and its place in line is given up
      lock.readUnlock();
      assert.ok(lock.tryLock() === undefined);
      check(lock);
      assert.equal((yield* writer).key, "value");
      (yield* reader)[Symbol.dispose]();
      assert.ok(lock.tryLock());
    });
  });
}
