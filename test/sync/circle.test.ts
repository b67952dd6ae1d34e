// Locks waited for in a circle are told at once, as a warning; and nothing else is.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Condition, go, Mutex, named, type Operation, RwLock, select, sleep, type Task, yieldNow } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { warnings } from "../support/sync.ts";

/** What a body has been warned of after 10 ms, when it is called off. */
async function warned(body: () => Operation<void>): Promise<readonly string[]> {
  let told: readonly string[] = [];
  await simulate(function* () {
    const main = go(body);
    yield* sleep(10);
    told = [...warnings()];
    main.cancel();
  });
  return told;
}

/** Takes locks one after the other, 1 ms apart. */
function taking(name: string, ...locks: (Mutex | RwLock)[]): Task<void> {
  return go(
    named(name, function* () {
      for (const lock of locks) {
        yield* lock.lock();
        yield* sleep(1);
      }
    }),
  );
}

const [a, b, c] = [() => new Mutex({ name: "a" }), () => new Mutex({ name: "b" }), () => new Mutex({ name: "c" })];

test("two tasks that take two locks in different orders are told at once, with who holds what", async () => {
  const told = await warned(function* () {
    const [one, two] = [a(), b()];
    taking("first", one, two);
    taking("second", two, one);
    yield* sleep(20);
  });
  assert.deepEqual(told, [
    'locks: task #4 "second" waits for mutex.lock "a", held by task #3 "first", which waits for mutex.lock "b", held by task #4 "second". Only another task could still unlock. Take locks in the same order everywhere, and none twice.',
  ]);
});

test("a task that locks twice is told", async () => {
  const told = await warned(function* () {
    taking("greedy", a(), b());
    const lock = a();
    taking("twice", lock, lock);
    yield* sleep(20);
  });
  assert.equal(told.length, 1);
  assert.match(told[0] ?? "", /^locks: task #4 "twice" waits for mutex\.lock "a", held by task #4 "twice"\. Only/);
});

test("a circle through a third task is told, whoever closes it", async () => {
  const told = await warned(function* () {
    const [one, two, three] = [a(), b(), c()];
    taking("first", one, two);
    taking("second", two, three);
    taking("third", three, one);
    yield* sleep(20);
  });
  assert.equal(told.length, 1);
  assert.match(
    told[0] ?? "",
    /"third" waits for mutex.lock "a", held by .*"first", which waits for mutex.lock "b", held by .*"second", which waits for mutex.lock "c", held by task #5 "third"\./,
  );
});

test("a reader that wants to write, and two readers that do, are told", async () => {
  const told = await warned(function* () {
    const lock = new RwLock({ name: "rw" });
    for (const name of ["one", "two"])
      go(
        named(name, function* () {
          yield* lock.readLock();
          yield* yieldNow();
          yield* lock.lock();
        }),
      );
    yield* sleep(20);
  });
  assert.equal(told.length, 2);
  assert.match(told[0] ?? "", /^locks: task #3 "one" waits for rwlock\.lock "rw", held by task #3 "one"\./);
  assert.match(told[1] ?? "", /^locks: task #4 "two" waits for rwlock\.lock "rw", held by/);
});

test("a reader that reads again behind a waiting writer is told", async () => {
  const told = await warned(function* () {
    const lock = new RwLock({ name: "rw" });
    yield* lock.readLock();
    go(() => lock.lock());
    yield* yieldNow();
    yield* lock.readLock();
  });
  assert.equal(told.length, 1);
  assert.match(told[0] ?? "", /waits for rwlock\.readLock "rw", held by task #2/);
});

test("a circle of a reader and a writer is told, through any of several readers", async () => {
  const told = await warned(function* () {
    const [lock, mutex] = [new RwLock({ name: "rw" }), a()];
    for (let i = 0; i < 5; i++) go(() => lock.readLock());
    go(function* reader() {
      yield* lock.readLock();
      yield* sleep(1);
      yield* mutex.lock();
    });
    yield* mutex.lock();
    yield* sleep(2);
    yield* lock.lock();
  });
  assert.equal(told.length, 1);
  assert.match(
    told[0] ?? "",
    /waits for rwlock\.lock "rw", held by .*"reader", which waits for mutex\.lock "a", held by/,
  );
});

test("a circle that a Condition closes when it takes its lock again is told", async () => {
  const told = await warned(function* () {
    const [outer, inner] = [a(), b()];
    const changed = new Condition(inner);
    go(function* waiter() {
      yield* outer.lock();
      yield* inner.lock();
      yield* changed.wait();
    });
    yield* sleep(1);
    yield* inner.withLock(function* () {
      changed.signal();
      yield* sleep(1);
      yield* outer.lock();
    });
  });
  assert.equal(told.length, 1);
});

test("locks that are taken in the same order, or waited for by one who holds nothing, are not told", async () => {
  const told = await warned(function* () {
    const [one, two] = [a(), b()];
    for (const name of ["first", "second", "third"]) taking(name, one, two);
    const rw = new RwLock();
    yield* rw.readLock();
    go(() => rw.lock());
    go(() => rw.readLock());
    yield* sleep(20);
  });
  assert.deepEqual(told, []);
});

test("what is waited for in a select, by either, is not told: another case may come", async () => {
  const told = await warned(function* () {
    const [one, two] = [a(), b()];
    go(function* () {
      yield* one.lock();
      yield* sleep(1);
      yield* select({ two: two.lock(), late: sleep(5) });
    });
    go(function* () {
      yield* two.lock();
      yield* sleep(2);
      yield* one.lock();
    });
    const mutex = c();
    yield* mutex.lock();
    yield* select([mutex.lock(), sleep(5)]);
    yield* sleep(20);
  });
  assert.deepEqual(told, []);
});

test("who waits for one of a circle of others is no part of it, and asks no end of questions", async () => {
  const told = await warned(function* () {
    const [one, two] = [a(), b()];
    taking("first", one, two);
    taking("second", two, one);
    yield* sleep(3);
    taking("third", c(), one);
    yield* sleep(20);
  });
  assert.equal(told.length, 1);
  assert.doesNotMatch(told[0] ?? "", /third/);
});

test("a holder that waits for something else, or has been handed the lock and not had its turn, is no part of a circle", async () => {
  const told = await warned(function* () {
    const [one, two] = [a(), b()];
    const holder = go(function* () {
      yield* one.lock();
      yield* sleep(2);
    });
    yield* two.lock();
    yield* yieldNow();
    go(() => two.lock());
    one.unlock();
    yield* one.lock();
    yield* holder;
    one.unlock();
    two.unlock();
  });
  assert.deepEqual(told, []);
});

test("a lock that was unlocked by somebody else is no longer its old holder's", async () => {
  const told = await warned(function* () {
    const [one, two] = [a(), b()];
    const first = taking("first", one, two);
    taking("second", two);
    yield* sleep(3);
    assert.equal(first.status, "waiting");
    one.unlock();
    yield* go(() => one.lock());
    yield* go(function* () {
      one.unlock();
      yield* one.lock();
    });
  });
  assert.deepEqual(told, []);
});
