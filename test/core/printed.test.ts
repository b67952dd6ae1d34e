// What is printed of tasks, operations, channels and locks: a line that says what they are.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import {
  all,
  Barrier,
  channel,
  go,
  Latch,
  Mutex,
  type Operation,
  RwLock,
  Semaphore,
  select,
  sleep,
  WaitGroup,
  yieldNow,
} from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";

test("what a user may print is one line", async () => {
  await simulate(function* (): Operation<void> {
    const jobs = channel<number>(4, { name: "jobs" });
    jobs.trySend(1);
    const mutex = new Mutex({ name: "db" });
    const lock = yield* mutex.lock();
    const waiting = go(function* waiter(): Operation<void> {
      yield* mutex.lock();
    });
    yield* yieldNow();
    const readers = new RwLock({ name: "rw" });
    const read = yield* readers.readLock();
    const printed: [unknown, string][] = [
      [jobs, '[channel "jobs", open, 1 of 4 in its buffer]'],
      [jobs.receive(), "[channel.receive jobs]"],
      [sleep(5).map(String), "[sleep 5 ms]"],
      [select({ a: jobs.receive() }), "[select { a: channel.receive jobs }]"],
      [all([sleep(1)]), "[all]"],
      [waiting, '[task #2 "waiter", waiting]'],
      [mutex, '[mutex "db", held by task #1 "anonymous"]'],
      [lock, '[a lock of mutex "db"]'],
      [readers, '[rwlock "rw", held by task #1 "anonymous"]'],
      [read, '[a lock of task #1 "anonymous"]'],
      [new Semaphore(3), '[semaphore "semaphore", 3 of 3 permits left]'],
      [new WaitGroup(), '[wait group "waitgroup", 0 to go]'],
      [new Latch(), '[latch "latch", shut]'],
      [new Barrier(2), "[barrier (0 of 2 have come)]"],
    ];
    for (const [value, line] of printed) assert.equal(inspect(value), line);
    lock[Symbol.dispose]();
    assert.equal(inspect(lock), '[a lock of mutex "db", given back]');
  });
});
