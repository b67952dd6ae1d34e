// Counters, latches, wait groups, semaphores and barriers in shared memory: on one thread, between threads, and when a thread dies.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { all, go, MisuseError, type Operation, run, select, settle, yieldNow } from "offshoot";
import {
  PoisonedError,
  Pool,
  remote,
  SharedBarrier,
  SharedCounter,
  SharedLatch,
  SharedSemaphore,
  SharedWaitGroup,
  sharedChannel,
  WorkerError,
} from "offshoot/parallel";
import { thrown } from "../../support/caught.ts";

const jobs = remote<typeof import("./sync-jobs.ts")>(new URL("./sync-jobs.ts", import.meta.url));

const misuse = (says: RegExp, f: () => unknown): void => assert.match(thrown(MisuseError, f).message, says);

test("a counter counts, also in fractions and beyond 2^32", () => {
  const counter = new SharedCounter(2 ** 40);
  assert.equal(counter.add(0.5), 2 ** 40 + 0.5);
  assert.equal(counter.get(), 2 ** 40 + 0.5);
  assert.equal(counter.add(-(2 ** 40)), 0.5);
  counter.set(Number.NaN);
  assert.equal(counter.compareAndSet(1, 2), false);
  assert.equal(counter.compareAndSet(Number.NaN, 2), true);
  assert.equal(inspect(counter), "[shared counter, 2]");
  assert.equal(new SharedCounter().get(), 0);
  misuse(/^SharedCounter: the initial value must be a number, got a string/, () => new SharedCounter("1" as never));
  misuse(/^SharedCounter\.add: what is added must be a number, got undefined/, () => counter.add(undefined as never));
});

test("a latch lets all go on who wait, and those who come later", async () => {
  await run(function* () {
    const latch = new SharedLatch();
    let passed = 0;
    const tasks = [1, 2].map(() =>
      go(function* () {
        yield* latch.wait();
        passed++;
      }),
    );
    yield* yieldNow();
    assert.deepEqual([passed, latch.isOpen], [0, false]);
    latch.open();
    latch.open();
    yield* all(tasks);
    yield* latch.wait();
    assert.deepEqual([passed, latch.isOpen, inspect(latch)], [2, true, '[shared latch "shared latch", open]']);
  });
});

test("a wait group waits for zero, and a waiter goes on though others have added more by then", async () => {
  await run(function* () {
    const group = new SharedWaitGroup();
    yield* group.wait();
    group.add(2);
    const waiter = go(() => group.wait());
    yield* yieldNow();
    group.done();
    assert.equal(waiter.status, "waiting");
    group.done();
    group.add(1);
    yield* waiter;
    assert.equal(group.pending, 1);
    misuse(/would be at -1\. Call done\(\) once for each/, () => group.add(-2));
    misuse(/must be a whole one, got a number \(0\.5\)/, () => group.add(0.5));
    assert.equal(group.pending, 1);
  });
});

test("a semaphore serves the first in line, and knows what this thread has", async () => {
  await run(function* () {
    const semaphore = new SharedSemaphore(3);
    const order: string[] = [];
    const first = yield* semaphore.acquire(2);
    const large = go(function* () {
      const lock = yield* semaphore.acquire(3);
      order.push("large");
      lock[Symbol.dispose]();
    });
    const small = go(function* () {
      const lock = yield* semaphore.acquire(1);
      order.push("small");
      lock[Symbol.dispose]();
    });
    yield* yieldNow();
    assert.equal(semaphore.tryAcquire(), undefined);
    first[Symbol.dispose]();
    first[Symbol.dispose]();
    yield* all([large, small]);
    assert.deepEqual([order, semaphore.available], [["large", "small"], 3]);
    yield* semaphore.withPermit(function* () {
      assert.equal(semaphore.available, 2);
      yield* yieldNow();
    });
    semaphore.check();
  });
  const semaphore = new SharedSemaphore(1);
  misuse(/2 permits of "shared semaphore", which has only 1/, () => semaphore.acquire(2));
  misuse(/but this thread has only 0/, () => semaphore.release());
  misuse(/must be a whole number from 0 to/, () => new SharedSemaphore(-1));
  assert.notEqual(semaphore.tryAcquire(), undefined);
  semaphore.release();
  assert.equal(semaphore.available, 1);
});

test("a waiter that is cancelled has taken no permit, and those behind it go on", async () => {
  await run(function* () {
    const semaphore = new SharedSemaphore(2);
    const held = yield* semaphore.acquire(1);
    const large = go(() => semaphore.acquire(2));
    const small = go(() => semaphore.acquire(1));
    yield* yieldNow();
    large.cancel();
    yield* settle([large, small]);
    assert.equal(semaphore.available, 0);
    held[Symbol.dispose]();
    assert.equal(semaphore.available, 1);
  });
});

test("a barrier lets all parties go on, each with a number of its own, round after round", async () => {
  await run(function* () {
    const barrier = new SharedBarrier(3);
    for (let round = 0; round < 3; round++) {
      const numbers = yield* all([barrier.wait(), barrier.wait(), barrier.wait()].map((op) => go(() => op)));
      assert.deepEqual([...numbers].sort(), [0, 1, 2]);
    }
    const early = go(() => barrier.wait());
    yield* yieldNow();
    early.cancel();
    yield* settle([early]);
    const two = [go(() => barrier.wait()), go(() => barrier.wait())];
    yield* yieldNow();
    assert.equal(two[0]?.status, "waiting");
    assert.equal((yield* select({ last: barrier.wait() })).value, 2);
    yield* all(two);
  });
  misuse(/must be a whole number from 1 to/, () => new SharedBarrier(0));
  assert.equal(await new SharedBarrier(1).wait(), 0);
});

test("between threads nothing is lost, nobody waits in vain, and no more are inside than there are permits", async () => {
  const pool = new Pool({ threads: 2 });
  await run(function* () {
    const counter = new SharedCounter();
    const halves = new SharedCounter();
    yield* all([
      ...[1, 2].map(() => pool.run(jobs.count, counter, 20_000)),
      ...[1, 2].map(() => pool.run(jobs.swap, halves, 5_000)),
    ]);
    assert.deepEqual([counter.get(), halves.get()], [40_000, 5_000]);

    const latch = new SharedLatch();
    const passed = sharedChannel<number>(4);
    const waiting = [1, 2, 3].map(() => pool.go(jobs.pass, latch, passed));
    latch.open();
    yield* all(waiting);
    assert.equal(passed.length, 3);

    const group = new SharedWaitGroup();
    group.add(2_000);
    const finishing = [1, 2].map(() => pool.go(jobs.finish, group, 1_000));
    yield* group.wait();
    yield* all(finishing);
    assert.equal(group.pending, 0);

    const semaphore = new SharedSemaphore(2);
    const inside = new SharedCounter();
    const most = new SharedCounter();
    yield* all([1, 2, 3, 4].map(() => pool.run(jobs.use, semaphore, inside, most, 200)));
    assert.deepEqual([inside.get(), semaphore.available], [0, 2]);
    assert.ok(most.get() <= 2, `${most.get()} at once`);
    semaphore.check();

    const barrier = new SharedBarrier(3);
    const met = sharedChannel<number>(64);
    const parties = [1, 2].map(() => pool.go(jobs.meet, barrier, 10, met));
    const numbers: number[] = [];
    for (let round = 0; round < 10; round++) numbers.push(yield* barrier.wait());
    yield* all(parties);
    for (let left = met.length; left > 0; left--) numbers.push(yield* met.receive());
    assert.deepEqual(
      numbers.sort(),
      [0, 1, 2].flatMap((n) => new Array(10).fill(n)),
    );
  });
  await pool.close();
});

test("the permits of a thread that dies are free, and a barrier at which it waited is broken", async () => {
  const pool = new Pool({ threads: 1 });
  await run(function* () {
    const semaphore = new SharedSemaphore(3);
    const held = sharedChannel<number>(1);
    const holder = settle([pool.run(jobs.hold, semaphore, 2, held)]);
    const barrier = new SharedBarrier(3);
    const met = sharedChannel<number>(1);
    const meeting = go(() => settle([pool.run(jobs.meet, barrier, 1, met)]));
    const holding = go(() => holder);
    assert.equal(yield* held.receive(), 2);
    const waiting = go(function* (): Operation<unknown> {
      try {
        return yield* barrier.wait();
      } catch (error) {
        return error;
      }
    });
    assert.equal(semaphore.available, 1);
    const wanted = go(() => semaphore.acquire(3));
    const [died] = yield* settle([pool.run(jobs.die)]);
    assert.ok(died?.status === "rejected" && died.reason instanceof WorkerError);
    yield* wanted;
    assert.equal(semaphore.available, 0);
    assert.ok((yield* waiting) instanceof PoisonedError);
    assert.equal((yield* settle([barrier.wait()]))[0]?.status, "rejected");
    yield* all([meeting, holding]);
    semaphore.release(3);
    semaphore.check();
  });
  await pool.close();
});

for (const step of ["counter: written", "counter: set"])
  test(`a counter survives a thread that dies at "${step}"`, async () => {
    const pool = new Pool({ threads: 1 });
    const counter = new SharedCounter(1);
    await pool.run(jobs.dieAt, step);
    await assert.rejects(async () => pool.run(jobs.count, counter, 1), WorkerError);
    assert.equal(counter.get(), step === "counter: set" ? 2 : 1);
    assert.equal(counter.add(1), step === "counter: set" ? 3 : 2);
    await pool.close();
  });

for (const step of ["semaphore: noted", "semaphore: taken", "semaphore: given back"])
  test(`a semaphore survives a thread that dies at "${step}"`, async () => {
    const pool = new Pool({ threads: 1 });
    const semaphore = new SharedSemaphore(2);
    const [inside, most] = [new SharedCounter(), new SharedCounter()];
    await pool.run(jobs.dieAt, step);
    await assert.rejects(async () => pool.run(jobs.use, semaphore, inside, most, 1), WorkerError);
    const lock = await semaphore.acquire(2);
    lock[Symbol.dispose]();
    semaphore.check();
    assert.equal(semaphore.available, 2);
    await pool.close();
  });
