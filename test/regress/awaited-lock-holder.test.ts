// A lock awaited in an async body had no holder in reports when it was free, and one awaited outside tasks was held by a task of ours that had ended.

import assert from "node:assert/strict";
import { test } from "node:test";
import { go, Mutex, never, RwLock, Semaphore, select, sleep } from "offshoot";
import { stuck } from "../support/sync.ts";

test("a free lock that an async body awaits is held by that body", async () => {
  const [mutex, lock, permits] = [new Mutex({ name: "m" }), new RwLock({ name: "rw" }), new Semaphore(1)];
  const report = await stuck(function* () {
    go(async function keeper() {
      await Promise.all([mutex.lock(), lock.lock(), select([permits.acquire()])]);
      await never;
    });
    yield* sleep(1); // an await takes a microtask
    for (const op of [mutex.lock(), lock.readLock(), permits.acquire()]) go(() => op);
  });
  for (const what of ["mutex.lock m", "rwlock.readLock rw", "semaphore.acquire semaphore"])
    assert.match(report, new RegExp(`waits for ${what}, for 0 ms, held by task #2 "keeper"`));
});

test("a lock that code outside tasks has waited for is held by such code", async () => {
  const [mutex, lock, permits] = [new Mutex({ name: "m" }), new RwLock({ name: "rw" }), new Semaphore(1)];
  const report = await stuck(function* () {
    const held = [yield* mutex.lock(), yield* lock.lock(), yield* permits.acquire()];
    const waiting = Promise.resolve()
      .then(() => {})
      .then(() => Promise.all([mutex.lock(), lock.lock(), permits.acquire()]));
    yield* go(async () => {
      await new Promise((resolve) => setImmediate(resolve));
      for (const one of held) one[Symbol.dispose]();
      await waiting;
    });
    for (const op of [mutex.lock(), lock.readLock(), permits.acquire()]) go(() => op);
  });
  for (const what of ["mutex.lock m", "rwlock.readLock rw", "semaphore.acquire semaphore"])
    assert.match(report, new RegExp(`waits for ${what}, for 0 ms, held by code outside any task`));
});
