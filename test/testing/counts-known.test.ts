// Counts that are known from the literature or by reasoning, for programs that wait, too: there the number of orders depends on where one counts a step, but not the
// number of different outcomes, nor which orders deadlock.

import assert from "node:assert/strict";
import { test } from "node:test";
import { channel, go, Mutex, type Operation, Semaphore } from "offshoot";
import { cell } from "offshoot/testing";
import { forget } from "./model/compare.ts";
import { found } from "./model/found.ts";

test.after(forget);

const start = (n: number, body: (i: number) => Operation<void>): void => {
  for (let i = 0; i < n; i++) go(body, i);
};

for (const [n, orders, traces] of [
  [2, 6, 4],
  [5, 720, 32],
] as const)
  test(`a writer and ${n} readers have ${orders} orders, in which each reader sees either value`, async () => {
    const counts = await found(() => {
      const shared = cell(0);
      const seen: number[] = [];
      go(() => shared.set(1));
      start(n, function* (i) {
        seen[i] = yield* shared.get();
      });
      return seen;
    });
    assert.deepEqual(counts, { runs: orders, outcomes: traces, stuck: 0 });
  });

/** What differs is the order of the writes, and how many of them come before each read. */
const increments = (n: number) => (): object => {
  const shared = cell(0);
  const writers: number[] = [];
  const before: number[] = [];
  start(n, function* (i) {
    const read = yield* shared.get();
    before[i] = writers.length;
    yield* shared.set(read + 1);
    writers.push(i);
  });
  return { writers, before };
};

for (const [n, orders, traces] of [
  [2, 6, 4],
  [3, 90, 36],
  [4, 2520, 576],
] as const)
  test(`${n} increments that read and write differ in ${traces} ways`, async () => {
    assert.deepEqual(await found(increments(n)), { runs: orders, outcomes: traces, stuck: 0 });
  });

test("2 increments that read and write have 2, 4 and 6 orders with 0, 1 and 2 preemptions", async () => {
  for (const [bound, orders] of [2, 4, 6].entries())
    assert.equal((await found(increments(2), { strategy: "preempt", bound })).runs, orders);
});

test("n increments under a lock are made in n! orders, and none is lost", async () => {
  for (const [n, orders] of [
    [2, 2],
    [3, 6],
    [4, 24],
  ] as const) {
    const { outcomes, stuck } = await found(() => {
      const mutex = new Mutex();
      const shared = cell(0);
      const read: number[] = [];
      start(n, function* (i) {
        yield* mutex.lock();
        read[i] = yield* shared.get();
        yield* shared.set((read[i] as number) + 1);
        mutex.unlock();
        assert.deepEqual([...read].filter((value) => value !== undefined).sort(), [...Array(shared.peek()).keys()]);
      });
      return read;
    });
    assert.deepEqual({ outcomes, stuck }, { outcomes: orders, stuck: 0 });
  }
});

/** Each takes two forks. What differs is who takes each fork first. */
const philosophers = (n: number, ordered: boolean) => (): object => {
  const forks = Array.from({ length: n }, () => new Mutex());
  const takers = forks.map((): number[] => []);
  start(n, function* (i) {
    const pair = [i, (i + 1) % n];
    if (ordered) pair.sort();
    for (const fork of pair) {
      yield* (forks[fork] as Mutex).lock();
      takers[fork]?.push(i);
    }
    for (const fork of pair) forks[fork]?.unlock();
  });
  return takers;
};

for (const [n, most] of [
  [2, 2],
  [3, 6],
  [4, 14],
] as const) {
  test(`${n} philosophers can eat in ${most} ways, or none of them`, async () => {
    const { outcomes, stuck } = await found(philosophers(n, false));
    assert.equal(outcomes, most);
    assert.ok(stuck > 0);
  });

  test(`${n} philosophers with ordered forks can eat in ${most} ways, and always do`, async () => {
    const { outcomes, stuck } = await found(philosophers(n, true));
    assert.deepEqual({ outcomes, stuck }, { outcomes: most, stuck: 0 });
  });
}

test("locks in different orders deadlock with one preemption, and not without", async () => {
  for (const n of [2, 3])
    for (const bound of [0, 1, 2]) {
      const { stuck } = await found(philosophers(n, false), { strategy: "preempt", bound });
      assert.equal(stuck > 0, bound > 0, `${n} philosophers, bound ${bound}`);
    }
});

test("n senders meet n receivers in n! ways, and one receiver takes from them in as many", async () => {
  for (const [n, receivers, ways] of [
    [2, 2, 2],
    [2, 1, 2],
    [3, 1, 6],
    [3, 3, 6],
  ] as const) {
    const { outcomes, stuck } = await found(() => {
      const numbers = channel<number>();
      const taken: number[][] = [];
      start(n, (i) => numbers.send(i));
      start(receivers, function* (i) {
        taken[i] = [];
        for (let k = 0; k < n / receivers; k++) taken[i]?.push(yield* numbers.receive());
      });
      return taken;
    });
    assert.deepEqual({ outcomes, stuck }, { outcomes: ways, stuck: 0 }, `${n} and ${receivers}`);
  }
});

test("tasks with permits go in in any order, so many at once as there are permits", async () => {
  for (const [n, permits] of [
    [2, 2],
    [3, 1],
    [3, 2],
    [3, 3],
  ] as const) {
    let most = 0;
    const { outcomes, stuck } = await found(() => {
      const semaphore = new Semaphore(permits);
      const shared = cell(0);
      const entered: number[] = [];
      let inside = 0;
      start(n, function* (i) {
        yield* semaphore.acquire();
        entered.push(i);
        most = Math.max(most, ++inside);
        yield* shared.get();
        inside--;
        semaphore.release();
      });
      return entered;
    });
    assert.deepEqual({ outcomes, stuck, most }, { outcomes: n === 2 ? 2 : 6, stuck: 0, most: permits });
  }
});
