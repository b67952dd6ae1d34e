// What puts one access to shared state before another, in every order of the steps.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  all,
  Barrier,
  broadcast,
  Condition,
  channel,
  go,
  Latch,
  Mutex,
  moveOnAfter,
  never,
  Once,
  type Operation,
  RwLock,
  race,
  Semaphore,
  SingleFlight,
  select,
  shield,
  sleep,
  unbounded,
  WaitGroup,
  yieldNow,
} from "offshoot";
import { cell, explore } from "offshoot/testing";
import { after, before, bodyOf, type Program, reads, tasks } from "../support/accesses.ts";

const ordered: Record<string, Program> = {
  *"a task, and what it starts"(shared) {
    yield* shared.set(1);
    yield* go(() => shared.set(2));
  },
  *"a task, and who joins it"(shared) {
    const task = go(() => shared.set(1));
    yield* task;
    yield* shared.set(2);
  },
  *"a task, and who joins it late"(shared) {
    const task = go(() => shared.set(1));
    const latch = new Latch();
    go(function* () {
      yield* sleep(1);
      latch.open();
    });
    yield* latch.wait();
    yield* task;
    yield* shared.set(2);
  },
  *"the steps of one task, whatever it sleeps between"(shared) {
    yield* shared.set(1);
    yield* sleep(10);
    yield* shared.get();
    yield* shared.set(2);
  },
  "a send, and its receive, without a buffer"(shared) {
    const ch = channel<number>();
    return tasks(before(shared, ch.send(1)), after(shared, ch.receive()));
  },
  "a send, and its receive, with a buffer"(shared) {
    const ch = channel<number>(1);
    return tasks(before(shared, ch.send(1)), after(shared, ch.receive()));
  },
  "a send that does not wait, and its receive"(shared) {
    const ch = channel<number>(unbounded());
    const send = () => void ch.trySend(1);
    return tasks(before(shared, yieldNow(), send), after(shared, ch.receive()));
  },
  "a message that is passed on"(shared) {
    const [one, two] = [channel<number>(), channel<number>(1)];
    const pass = function* (): Operation<void> {
      yield* two.send(yield* one.receive());
    };
    return tasks(before(shared, one.send(1)), pass, after(shared, two.receive()));
  },
  "a receive, and the send that it meets"(shared) {
    const ch = channel<number>();
    return tasks(before(shared, ch.receive()), after(shared, ch.send(1)));
  },
  *"a receive, and the send that it makes room for"(shared) {
    const ch = channel<number>(2);
    yield* ch.send(1);
    yield* ch.send(2);
    yield* tasks(before(shared, ch.receive()), after(shared, ch.send(3)));
  },
  "a message, and the select that takes it"(shared) {
    const ch = channel<number>();
    return tasks(before(shared, ch.send(1)), after(shared, select({ message: ch.receive(), never })));
  },
  "the closing of a channel, and its end"(shared) {
    const ch = channel<number>();
    const close = () => ch.close();
    return tasks(before(shared, yieldNow(), close), after(shared, ch.next()));
  },
  "a broadcast, and its receive"(shared) {
    const news = broadcast<number>();
    const receiver = news.subscribe();
    return tasks(before(shared, news.send(1)), after(shared, receiver.receive()));
  },
  "who holds a mutex, and who holds it next"(shared) {
    const mutex = new Mutex();
    const holder = after(shared, mutex.lock(), () => mutex.unlock());
    return tasks(holder, holder, holder);
  },
  "a writer, and readers"(shared) {
    const lock = new RwLock();
    const reader = reads(shared, lock.readLock(), () => lock.readUnlock());
    const writer = after(shared, lock.lock(), () => lock.unlock());
    return tasks(writer, reader, reader);
  },
  "readers, and a writer"(shared) {
    const lock = new RwLock();
    const reader = reads(shared, lock.readLock(), () => lock.readUnlock());
    const writer = after(shared, lock.lock(), () => lock.unlock());
    return tasks(reader, reader, writer);
  },
  "who has the only permit, and who has it next"(shared) {
    const semaphore = new Semaphore(1);
    const holder = after(shared, semaphore.acquire(), () => semaphore.release());
    return tasks(holder, holder, holder);
  },
  "who has all permits, and who has one of them"(shared) {
    const semaphore = new Semaphore(2);
    const holder = (n: number) => after(shared, semaphore.acquire(n), () => semaphore.release(n));
    return tasks(holder(2), holder(1));
  },
  "who opens a latch, and who waits for it"(shared) {
    const latch = new Latch();
    const open = () => latch.open();
    return tasks(before(shared, yieldNow(), open), after(shared, latch.wait()));
  },
  "a barrier"(shared) {
    const barrier = new Barrier(3);
    const bystander = function* (): Operation<void> {
      yield* barrier.wait();
    };
    return tasks(before(shared, barrier.wait()), bystander, after(shared, barrier.wait()));
  },
  "the signal of a condition, and who waits for it"(shared) {
    const mutex = new Mutex();
    const condition = new Condition(mutex);
    let isSet = false;
    const wait = function* (): Operation<void> {
      yield* mutex.lock();
      while (!isSet) yield* condition.wait();
      mutex.unlock();
    };
    const signal = (): void => {
      isSet = true;
      condition.signal();
      mutex.unlock();
    };
    return tasks(before(shared, mutex.lock(), signal), after(shared, wait()));
  },
  *"all that are done in a wait group, and who waits for them"(shared) {
    const other = cell(0);
    const pending = new WaitGroup();
    pending.add(2);
    for (const own of [shared, other]) go(before(own, yieldNow(), () => pending.done()));
    yield* pending.wait();
    yield* shared.set(2);
    yield* other.set(2);
  },
  "what was done once, and who has asked for it"(shared) {
    const once = new Once(() => shared.set(1));
    return tasks(reads(shared, once.do()), reads(shared, once.do()));
  },
  "a flight, and who was on it"(shared) {
    const flights = new SingleFlight<string, void>();
    return tasks(
      after(
        shared,
        flights.do("key", () => shared.set(1)),
      ),
    );
  },
  *"the children of a group, and what comes after it"(shared) {
    const other = cell(0);
    yield* tasks(before(shared, yieldNow()), before(other, yieldNow()));
    yield* shared.set(2);
    yield* other.set(2);
  },
  *"branches, and what comes after them"(shared) {
    const other = cell(0);
    yield* all([shared.set(1), other.set(1)]);
    yield* other.set(2);
    yield* race([shared.set(2), never]);
    yield* shared.set(3);
    yield* moveOnAfter(10, shared.set(4));
    yield* shared.set(5);
  },
  "an update, and who sees it"(shared) {
    const flag = cell(false);
    const seeing = (seen: Operation<boolean>) =>
      function* (): Operation<void> {
        if (yield* seen) yield* shared.get();
      };
    const isSet = flag.update((value) => value);
    return tasks(
      before(
        shared,
        flag.update(() => true),
      ),
      seeing(flag.get()),
      seeing(isSet),
      seeing(flag.compareAndSet(true, true)),
    );
  },
  "who has set a cell by comparing, and who does so next"(shared) {
    const owner = cell(0);
    const claim = (i: number) =>
      function* (): Operation<void> {
        if (!(yield* owner.compareAndSet(0, i))) return;
        yield* shared.set(i);
        yield* owner.compareAndSet(i, 0);
      };
    return tasks(claim(1), claim(2));
  },
  *"a cancellation, and the cleanup it leads to"(shared) {
    const victim = go(function* (): Operation<void> {
      try {
        yield* never;
      } finally {
        yield* shield(shared.set(2));
      }
    });
    yield* tasks(before(shared, yieldNow(), () => victim.cancel()));
  },
};

for (const [what, program] of Object.entries(ordered))
  test(`no race: ${what}`, async () => {
    for (const strategy of ["dfs", "dpor"] as const) {
      const result = await explore(bodyOf(program), { name: what, keep: false, strategy, timeMs: 60_000 });
      assert.ok(result.ok, result.failure?.report);
      assert.notEqual(result.covered, "some orders");
    }
  });
