// What puts no access to shared state before another, although the tasks have something in common.

import assert from "node:assert/strict";
import { test } from "node:test";
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
  sleep,
  WaitGroup,
  yieldNow,
} from "offshoot";
import { cell, explore } from "offshoot/testing";
import { after, before, bodyOf, type Program, tasks } from "../support/accesses.ts";

/** Found in production's order. */
const unordered: Record<string, Program> = {
  "a task, and what it has started before"(shared) {
    go(() => shared.set(1));
    return shared.set(2);
  },
  *"tasks of which one is joined, and the other is not"(shared) {
    const own = cell(0);
    const joined = go(() => own.set(1));
    go(() => shared.set(1));
    yield* joined;
    yield* shared.set(2);
  },
  "tasks that use a channel each"(shared) {
    const send = () => channel<number>(1).send(1);
    return tasks(before(shared, send()), after(shared, send()));
  },
  "senders on one buffered channel"(shared) {
    const ch = channel<number>(2);
    return tasks(before(shared, ch.send(1)), after(shared, ch.send(2)));
  },
  *"receivers on one channel"(shared) {
    const ch = channel<number>(2);
    yield* ch.send(1);
    yield* ch.send(2);
    yield* tasks(before(shared, ch.receive()), after(shared, ch.receive()));
  },
  "what comes after a send and after its receive"(shared) {
    const ch = channel<number>();
    return tasks(after(shared, ch.send(1)), after(shared, ch.receive()));
  },
  "what comes after the closing of a channel, and after its end"(shared) {
    const ch = channel<number>();
    const close = function* (): Operation<void> {
      yield* yieldNow();
      ch.close();
      yield* shared.set(1);
    };
    return tasks(close, after(shared, ch.next()));
  },
  "readers of one lock"(shared) {
    const lock = new RwLock();
    const reader = after(shared, lock.readLock(), () => lock.readUnlock());
    return tasks(reader, reader);
  },
  "tasks under a lock each"(shared) {
    const holder = (mutex: Mutex) => after(shared, mutex.lock(), () => mutex.unlock());
    return tasks(holder(new Mutex()), holder(new Mutex()));
  },
  "one task under a lock, and another without it"(shared) {
    const mutex = new Mutex();
    return tasks(
      after(shared, mutex.lock(), () => mutex.unlock()),
      before(shared, yieldNow()),
    );
  },
  "who waits for one latch"(shared) {
    const latch = new Latch();
    const waits = after(shared, latch.wait());
    return tasks(waits, waits, () => yieldNow().map(() => latch.open()));
  },
  "who has met at a barrier"(shared) {
    const barrier = new Barrier(2);
    const meets = after(shared, barrier.wait());
    return tasks(meets, meets);
  },
  *"who is done in one wait group"(shared) {
    const pending = new WaitGroup();
    pending.add(2);
    const done = before(shared, yieldNow(), () => pending.done());
    yield* tasks(done, done);
  },
  "who sleeps until different times"(shared) {
    return tasks(after(shared, sleep(1)), after(shared, sleep(1_000)));
  },
  "the branches of one all"(shared) {
    return all([shared.set(1), shared.set(2)]);
  },
  "who looks at one cell"(shared) {
    const flag = cell(0);
    return tasks(before(shared, flag.get()), after(shared, flag.get()));
  },
};

/** Not in production's order: there something is given back, or waited for, that happens to order them. */
const sometimes: Record<string, Program> = {
  "who has a permit each"(shared) {
    const semaphore = new Semaphore(2);
    const holder = after(shared, semaphore.acquire(), () => semaphore.release());
    return tasks(holder, holder);
  },
  "a receive, and a send that found room before it"(shared) {
    const ch = channel<number>(1);
    return tasks(before(shared, ch.receive()), after(shared, ch.send(1)));
  },
  "who holds a lock before, and who holds it after"(shared) {
    const mutex = new Mutex();
    const holds = function* (): Operation<void> {
      yield* mutex.lock();
      mutex.unlock();
    };
    return tasks(before(shared, holds()), after(shared, holds()));
  },
};

for (const [what, program] of Object.entries(unordered))
  test(`a race in production's order: ${what}`, async () => {
    const { failure } = await explore(bodyOf(program), { name: what, keep: false, strategy: "fifo" });
    assert.equal(failure?.kind, "race");
    assert.match(failure.report, /^race: cell "shared": /);
  });

for (const [what, program] of Object.entries({ ...unordered, ...sometimes }))
  test(`a race: ${what}`, async () => {
    for (const strategy of ["portfolio", "dfs", "dpor"] as const) {
      const { failure } = await explore(bodyOf(program), { name: what, keep: false, strategy });
      assert.equal(failure?.kind, "race", strategy);
    }
  });
