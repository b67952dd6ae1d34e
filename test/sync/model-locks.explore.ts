// Mutex, RwLock and Semaphore against plain lists: thousands of random steps, after each of which the same workers must have gone on, in the same order.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Lock, Mutex, type Operation, RwLock, type Selectable, Semaphore, select } from "offshoot";
import { Random } from "../../src/base/random.ts";
import { simulate } from "../../src/testing/simulate.ts";
import { Crowd } from "../support/crowd.ts";
import { check } from "../support/sync.ts";

const SEEDS = 200;
const STEPS = 60;

/** A lock is asked for plainly, in a select, twice in one select, or mapped: that must make no difference. */
function asked(random: Random, lock: () => Selectable<Lock>): () => Operation<Lock> {
  switch (random.below(4)) {
    case 0:
      return lock;
    case 1:
      return function* () {
        return (yield* select([lock(), lock()])).value;
      };
    case 2:
      return () => lock().map((held) => held);
    default:
      return function* () {
        return (yield* select({ deep: select({ a: lock(), b: lock() }) })).value.value;
      };
  }
}

const remove = <T>(list: T[], item: T): boolean => {
  const at = list.indexOf(item);
  if (at >= 0) list.splice(at, 1);
  return at >= 0;
};

const pick = <T>(random: Random, list: readonly T[]): T | undefined =>
  list.length === 0 ? undefined : list[random.below(list.length)];

test("a mutex does what a list of waiters says", async () => {
  for (let seed = 0; seed < SEEDS; seed++) {
    await simulate(function* () {
      const random = new Random(seed);
      const crowd = new Crowd<Lock>();
      const mutex = new Mutex();
      const log: string[] = [];
      const waiting: number[] = [];
      let holder: number | null = null;
      const admit = (): void => {
        holder = waiting.shift() ?? null;
        if (holder !== null) log.push(`${holder}`);
      };
      for (let step = 0; step < STEPS; step++) {
        const choice = random.below(6);
        if (choice < 3) {
          waiting.push(crowd.start(asked(random, () => mutex.lock())));
          if (holder === null) admit();
        } else if (choice === 3) {
          const id = pick(random, waiting);
          if (id !== undefined && remove(waiting, id)) crowd.cancel(id);
        } else if (choice === 4 && holder !== null) {
          mutex.unlock();
          admit();
        } else {
          const id = pick(random, [...crowd.values.keys()]);
          if (id !== undefined) crowd.values.get(id)?.[Symbol.dispose]();
          if (id !== undefined && id === holder) admit();
        }
        yield* crowd.settle();
        check(mutex);
        assert.deepEqual(crowd.log, log, `seed ${seed}, step ${step}`);
        assert.equal(mutex.locked, holder !== null);
      }
      yield* crowd.end();
    });
  }
});

test("a rwlock does what two lists of waiters say", async () => {
  for (let seed = 0; seed < SEEDS; seed++) {
    await simulate(function* () {
      const random = new Random(seed);
      const crowd = new Crowd<Lock>();
      const lock = new RwLock();
      const log: string[] = [];
      const [writers, readers]: [number[], number[]] = [[], []];
      const reading: number[] = [];
      let writer: number | null = null;
      const admitReaders = (): void => {
        for (const id of readers.splice(0)) {
          reading.push(id);
          log.push(`${id}`);
        }
      };
      const admitWriter = (): void => {
        writer = writers.shift() ?? null;
        if (writer !== null) log.push(`${writer}`);
      };
      const left = (): void => {
        if (readers.length > 0 && reading.length === 0) admitReaders();
        else if (reading.length === 0) admitWriter();
      };
      for (let step = 0; step < STEPS; step++) {
        const choice = random.below(8);
        if (choice < 2) {
          writers.push(crowd.start(asked(random, () => lock.lock())));
          if (writer === null && reading.length === 0) admitWriter();
        } else if (choice < 4) {
          readers.push(crowd.start(asked(random, () => lock.readLock())));
          if (writer === null && writers.length === 0) admitReaders();
        } else if (choice === 4) {
          const id = pick(random, [...writers, ...readers]);
          if (id === undefined) continue;
          crowd.cancel(id);
          remove(readers, id);
          if (remove(writers, id) && writers.length === 0 && writer === null) admitReaders();
        } else {
          const id: number | undefined = pick(
            random,
            choice === 5 ? [...crowd.values.keys()] : [...reading, ...(writer === null ? [] : [writer])],
          );
          if (id === undefined) continue;
          crowd.values.get(id)?.[Symbol.dispose]();
          if (id === writer) {
            writer = null;
            left();
          } else if (remove(reading, id) && reading.length === 0) admitWriter();
        }
        yield* crowd.settle();
        check(lock);
        assert.deepEqual(crowd.log, log, `seed ${seed}, step ${step}`);
      }
      yield* crowd.end();
      for (const held of crowd.values.values()) held[Symbol.dispose]();
      assert.ok(lock.tryLock());
    });
  }
});

test("a semaphore does what a list of requests says", async () => {
  for (let seed = 0; seed < SEEDS; seed++) {
    await simulate(function* () {
      const random = new Random(seed);
      const crowd = new Crowd<Lock>();
      const total = 1 + random.below(6);
      const permits = new Semaphore(total);
      const log: string[] = [];
      const waiting: { readonly id: number; readonly n: number }[] = [];
      const held = new Map<number, number>();
      let free = total;
      const serve = (): void => {
        for (let first = waiting[0]; first !== undefined && first.n <= free; first = waiting[0]) {
          waiting.shift();
          free -= first.n;
          held.set(first.id, first.n);
          log.push(`${first.id}`);
        }
      };
      for (let step = 0; step < STEPS; step++) {
        const choice = random.below(6);
        if (choice < 3) {
          const n = random.below(total + 1);
          waiting.push({ id: crowd.start(asked(random, () => permits.acquire(n))), n });
        } else if (choice === 3) {
          const one = pick(random, waiting);
          if (one !== undefined && remove(waiting, one)) crowd.cancel(one.id);
        } else if (choice === 4 && free < total) {
          // those who hold permits have ended, so it is the oldest that are given back
          let n = 1 + random.below(total - free);
          permits.release(n);
          free += n;
          for (const [id, count] of held) {
            const part = Math.min(n, count);
            held.set(id, count - part);
            n -= part;
          }
        } else {
          const id = pick(random, [...crowd.values.keys()]);
          if (id === undefined) continue;
          crowd.values.get(id)?.[Symbol.dispose]();
          free += held.get(id) ?? 0;
          held.set(id, 0);
        }
        serve();
        yield* crowd.settle();
        check(permits);
        assert.deepEqual(crowd.log, log, `seed ${seed}, step ${step}`);
        assert.equal(permits.available, free);
      }
      yield* crowd.end();
    });
  }
});
