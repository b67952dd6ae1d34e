// Who has waited for a lock or an event and given up, and who has locked and unlocked, leaves nothing behind.
// own process: counts bytes

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Barrier,
  Condition,
  go,
  Latch,
  Mutex,
  Once,
  type Operation,
  RwLock,
  run,
  Semaphore,
  SingleFlight,
  select,
  shield,
  type Task,
  TaskCancelledError,
  WaitGroup,
  yieldNow,
} from "offshoot";
import { bytes } from "../support/memory.ts";

const WAITERS = 100_000;
const AT_ONCE = 100;

/** Bytes that `rounds` of a body leave behind, after a tenth as many to warm up. */
async function left(rounds: number, body: (rounds: number) => Operation<void>): Promise<number> {
  let grown = 0;
  await run(function* () {
    yield* body(rounds / 10);
    const before = yield* go(bytes);
    yield* body(rounds);
    grown = (yield* go(bytes)) - before;
  });
  return grown;
}

/** Waiters that come in crowds, wait, and are cancelled. */
function* givingUp(waiters: number, wait: (n: number) => Operation<unknown>): Operation<void> {
  for (let i = 0; i < waiters; i += AT_ONCE) {
    const tasks = Array.from({ length: AT_ONCE }, (_, n) => go(() => wait(n)));
    yield* yieldNow();
    for (const task of tasks) assert.equal(task.status, "waiting");
    for (const task of tasks) task.cancel();
    yield* yieldNow();
  }
  yield* yieldNow();
}

const mutex = new Mutex();
const written = new RwLock();
const read = new RwLock();
const permits = new Semaphore(3);
const latch = new Latch();
const work = new WaitGroup();
const barrier = new Barrier(AT_ONCE + 1);
mutex.tryLock();
written.tryLock();
read.tryReadLock();
permits.tryAcquire(2);
work.add(1);

const waits: Readonly<Record<string, (n: number) => Operation<unknown>>> = {
  "a mutex": (n) => (n % 2 === 0 ? mutex.lock() : select([mutex.lock(), mutex.lock()])),
  "the writer's side of a rwlock": (n) => (n % 2 === 0 ? read.lock() : select([read.lock(), written.lock()])),
  "the readers' side of a rwlock": (n) =>
    n % 2 === 0 ? written.readLock() : select([written.readLock(), written.lock()]),
  "a semaphore": (n) => (n % 2 === 0 ? permits.acquire(2) : select([permits.acquire(3), permits.acquire(2)])),
  "a latch": (n) => (n % 2 === 0 ? latch.wait() : select([latch.wait(), latch.wait()])),
  "a wait group": (n) => (n % 2 === 0 ? work.wait() : select([work.wait(), work.wait()])),
  "a barrier": (n) => (n % 2 === 0 ? barrier.wait() : select([barrier.wait(), barrier.wait()])),
};

for (const [name, wait] of Object.entries(waits)) {
  test(`100 000 who gave up waiting for ${name} leave nothing behind`, async () => {
    const grown = await left(WAITERS, (rounds) => givingUp(rounds, wait));
    assert.ok(grown < 500_000, `${grown} bytes`);
  });
}

test("the locks that were waited for are as they were", async () => {
  for (const object of [mutex, written, read, permits, latch, work, barrier]) object.check();
  assert.deepEqual([permits.available, work.pending], [1, 1]);
  mutex.unlock();
  assert.ok(mutex.tryLock());
  read.readUnlock();
  assert.ok(read.tryLock());
  written.unlock();
  assert.ok(written.tryReadLock());
});

test("100 000 who gave up waiting for a condition leave nothing behind", async () => {
  const lock = new Mutex();
  const changed = new Condition(lock);
  const grown = await left(WAITERS, function* (rounds) {
    for (let i = 0; i < rounds; i += AT_ONCE) {
      const tasks = Array.from({ length: AT_ONCE }, () => go(() => lock.withLock(() => changed.wait())));
      yield* yieldNow();
      for (const task of tasks) task.cancel();
      yield* yieldNow(); // each takes the lock again, and throws
      for (const task of tasks) assert.equal(task.status, "cancelled");
    }
  });
  changed.check();
  assert.equal(lock.locked, false);
  assert.ok(grown < 500_000, `${grown} bytes`);
});

function* ended(task: Task<unknown>): Operation<void> {
  try {
    yield* task;
  } catch (error) {
    assert.ok(error instanceof TaskCancelledError);
  }
}

test("100 000 times locking and unlocking leave nothing behind", async () => {
  const [lock, rw, sem] = [new Mutex(), new RwLock(), new Semaphore(5)];
  const grown = await left(100_000, function* (rounds) {
    const old = yield* lock.lock();
    lock.unlock();
    for (let i = 0; i < rounds; i++) {
      (yield* lock.lock())[Symbol.dispose]();
      yield* lock.withLock(() => {});
      yield* rw.readLock();
      rw.readUnlock();
      (yield* rw.lock())[Symbol.dispose]();
      yield* sem.acquire(2);
      sem.release(2);
      old[Symbol.dispose]();
    }
  });
  assert.ok(grown < 500_000, `${grown} bytes`);
});

test("100 000 locks that were handed over leave nothing behind", async () => {
  const lock = new Mutex();
  const grown = await left(100_000, function* (rounds) {
    const pair = [0, 1].map(() =>
      go(function* () {
        for (let i = 0; i < rounds / 2; i++) {
          const held = yield* lock.lock();
          yield* yieldNow();
          held[Symbol.dispose]();
        }
      }),
    );
    for (const task of pair) yield* task;
  });
  assert.ok(grown < 500_000, `${grown} bytes`);
});

test("20 000 runs of a body, for a Once each or one key of a SingleFlight, leave nothing behind", async () => {
  const flights = new SingleFlight<object, number>();
  const grown = await left(20_000, function* (rounds) {
    for (let i = 0; i < rounds; i++) {
      yield* new Once(() => i).do();
      yield* flights.do({}, () => i);
      const doomed = go(() => flights.do({}, () => yieldNow().map(() => i)));
      yield* yieldNow();
      doomed.cancel();
      yield* ended(doomed);
      yield* shield(yieldNow());
    }
  });
  assert.ok(grown < 500_000, `${grown} bytes`);
});
