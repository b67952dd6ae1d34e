// A select with two cases of one semaphore, or of both sides of one rwlock, that lost or was cancelled: taking its first case back let its own second case
// in, so that it was completed while it was being withdrawn, and woken twice.

import assert from "node:assert/strict";
import { test } from "node:test";
import { channel, go, RwLock, Semaphore, select, sleep, TaskCancelledError, yieldNow } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught } from "../support/caught.ts";
import { check } from "../support/sync.ts";

test("a cancelled select that waits for two and for one permit takes none, and lets who is behind it in", async () => {
  await simulate(function* () {
    const permits = new Semaphore(2);
    yield* permits.acquire(2);
    const both = go(() => select({ two: permits.acquire(2), one: permits.acquire(1) }));
    const behind = go(() => permits.acquire());
    yield* yieldNow();
    permits.release(1);
    yield* yieldNow();
    assert.deepEqual([both.status, behind.status], ["waiting", "waiting"]);
    both.cancel();
    check(permits);
    yield* caught(TaskCancelledError, both);
    yield* behind;
    assert.equal(permits.available, 0);
    permits.release(2);
    assert.equal(permits.available, 2);
    check(permits);
  });
});

test("a select that waits for two and for one permit and is won by another case takes none", async () => {
  await simulate(function* () {
    const permits = new Semaphore(2);
    const ch = channel<string>();
    yield* permits.acquire(2);
    const both = go(() => select({ two: permits.acquire(2), one: permits.acquire(1), word: ch.receive() }));
    const behind = go(() => permits.acquire());
    yield* yieldNow();
    permits.release(1);
    yield* ch.send("this");
    const got = yield* both;
    assert.deepEqual(got, { key: "word", value: "this" });
    yield* behind;
    check(permits);
    assert.equal(permits.available, 0);
  });
});

for (const end of ["cancelled", "won by another case"]) {
  test(`a select that waits for both sides of a rwlock and is ${end} holds none of them`, async () => {
    await simulate(function* () {
      const lock = new RwLock();
      const held = yield* lock.readLock();
      const writer = go(() => lock.lock());
      yield* yieldNow();
      const cases = { write: lock.lock(), read: lock.readLock() };
      const both = go(() => (end === "cancelled" ? select(cases) : select({ ...cases, late: sleep(10) })));
      const reader = go(() => lock.readLock());
      yield* yieldNow();
      writer.cancel();
      check(lock);
      assert.deepEqual([both.status, reader.status], ["waiting", "waiting"]);
      if (end === "cancelled") {
        both.cancel();
        yield* caught(TaskCancelledError, both);
      } else assert.equal((yield* both).key, "late");
      check(lock);
      const second = yield* reader;
      for (const one of [held, second]) one[Symbol.dispose]();
      const write = lock.tryLock();
      assert.ok(write);
      check(lock);
    });
  });
}
