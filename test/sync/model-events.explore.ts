// Latch, WaitGroup, Barrier, Condition and SingleFlight against plain lists: random steps, after each of which the same workers must have gone on.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Barrier,
  Condition,
  Latch,
  MisuseError,
  Mutex,
  type Operation,
  type Selectable,
  SingleFlight,
  select,
  WaitGroup,
} from "offshoot";
import { Random } from "../../src/base/random.ts";
import { simulate } from "../../src/testing/simulate.ts";
import { thrown } from "../support/caught.ts";
import { Crowd } from "../support/crowd.ts";
import { check } from "../support/sync.ts";

const SEEDS = 150;
const STEPS = 50;

/** Something is waited for plainly, twice in one select, or mapped: that must make no difference. */
function asked<T>(random: Random, wait: () => Selectable<T>): () => Operation<T> {
  switch (random.below(3)) {
    case 0:
      return wait;
    case 1:
      return function* () {
        return (yield* select([wait(), select([wait()]).map(({ value }) => value)])).value;
      };
    default:
      return () => wait().map((value) => value);
  }
}

/** Takes one out at random. */
function take<T>(random: Random, list: T[]): T | undefined {
  return list.length === 0 ? undefined : list.splice(random.below(list.length), 1)[0];
}

test("a latch lets all go that wait when it is opened, and all that come later", async () => {
  for (let seed = 0; seed < SEEDS; seed++) {
    await simulate(function* () {
      const random = new Random(seed);
      const crowd = new Crowd<void>();
      const latch = new Latch();
      const log: string[] = [];
      let waiting: number[] = [];
      for (let step = 0; step < STEPS; step++) {
        const choice = random.below(20);
        if (choice < 12) waiting.push(crowd.start(asked(random, () => latch.wait())));
        else if (choice < 19) {
          const id = take(random, waiting);
          if (id !== undefined) crowd.cancel(id);
        } else latch.open();
        if (latch.isOpen) {
          log.push(...waiting.map(String));
          waiting = [];
        }
        yield* crowd.settle();
        check(latch);
        assert.deepEqual(crowd.log, log, `seed ${seed}, step ${step}`);
      }
      yield* crowd.end();
    });
  }
});

test("a wait group lets all go that wait whenever its count is zero", async () => {
  for (let seed = 0; seed < SEEDS; seed++) {
    await simulate(function* () {
      const random = new Random(seed);
      const crowd = new Crowd<void>();
      const work = new WaitGroup();
      const log: string[] = [];
      let waiting: number[] = [];
      let count = 0;
      for (let step = 0; step < STEPS; step++) {
        const choice = random.below(8);
        if (choice < 3) waiting.push(crowd.start(asked(random, () => work.wait())));
        else if (choice === 3) {
          const id = take(random, waiting);
          if (id !== undefined) crowd.cancel(id);
        } else {
          const n = random.below(7) - 3;
          if (count + n < 0) thrown(MisuseError, () => work.add(n));
          else {
            work.add(n);
            count += n;
          }
        }
        if (count === 0) {
          log.push(...waiting.map(String));
          waiting = [];
        }
        yield* crowd.settle();
        check(work);
        assert.equal(work.pending, count);
        assert.deepEqual(crowd.log, log, `seed ${seed}, step ${step}`);
      }
      yield* crowd.end();
    });
  }
});

test("a barrier lets its parties go in rounds, with their places", async () => {
  for (let seed = 0; seed < SEEDS; seed++) {
    await simulate(function* () {
      const random = new Random(seed);
      const crowd = new Crowd<number>();
      const parties = 1 + random.below(4);
      const barrier = new Barrier(parties);
      const places = new Map<number, number>();
      let waiting: number[] = [];
      for (let step = 0; step < STEPS; step++) {
        if (random.below(3) > 0) waiting.push(crowd.start(asked(random, () => barrier.wait())));
        else {
          const id = take(random, waiting);
          if (id !== undefined) crowd.cancel(id);
        }
        if (waiting.length === parties) {
          for (const [place, id] of waiting.entries()) places.set(id, place);
          waiting = [];
        }
        yield* crowd.settle();
        check(barrier);
        const order = (map: Map<number, number>): [number, number][] => [...map].sort(([a], [b]) => a - b);
        assert.deepEqual(order(crowd.values), order(places), `seed ${seed}, step ${step}`);
      }
      yield* crowd.end();
    });
  }
});

test("a condition wakes as many as it has been signalled for, first come, first served, whoever is cancelled", async () => {
  for (let seed = 0; seed < SEEDS; seed++) {
    await simulate(function* () {
      const random = new Random(seed);
      const crowd = new Crowd<void>();
      const mutex = new Mutex();
      const changed = new Condition(mutex);
      const woken: number[] = [];
      let waiting: number[] = [];
      for (let step = 0; step < STEPS; step++) {
        const late: number[] = [];
        for (let n = random.below(4); n > 0; n--) waiting.push(crowd.start(() => mutex.withLock(() => changed.wait())));
        yield* crowd.settle();
        yield* crowd.settle();
        // in one step: signals, and cancellations of those who wait and of those who have been signalled
        let signalled: number[] = [];
        let all: number[] = [];
        for (let n = random.below(5); n > 0; n--) {
          switch (random.below(5)) {
            case 0:
              changed.broadcast();
              all = [...all, ...waiting];
              waiting = [];
              break;
            case 1: {
              const id = take(random, waiting);
              if (id !== undefined) crowd.cancel(id);
              break;
            }
            case 2: {
              const id = take(random, signalled);
              if (id === undefined) break;
              crowd.cancel(id);
              late.push(id);
              break;
            }
            default: {
              changed.signal();
              const id = waiting.shift();
              if (id !== undefined) signalled.push(id);
            }
          }
        }
        for (const _ of late) {
          const next = waiting.shift(); // it passes its signal on when its turn comes
          if (next !== undefined) signalled = [...signalled, next];
        }
        woken.push(...all, ...signalled);
        for (let i = 0; i < 4; i++) yield* crowd.settle();
        check(mutex);
        check(changed);
        const sorted = (ids: number[]): number[] => [...ids].sort((a, b) => a - b);
        assert.deepEqual(sorted(crowd.log.map(Number)), sorted(woken), `seed ${seed}, step ${step}`);
        assert.equal(mutex.locked, false);
      }
      yield* crowd.end();
    });
  }
});

test("single flights share what is under way, and start anew what is not", async () => {
  for (let seed = 0; seed < SEEDS; seed++) {
    await simulate(function* () {
      const random = new Random(seed);
      const crowd = new Crowd<string>();
      const flights = new SingleFlight<number, number>();
      interface Call {
        readonly n: number;
        readonly end: Latch;
        callers: number;
        readonly waiting: number[];
      }
      const running: Call[] = [];
      const current = new Map<number, Call>();
      const expected = new Map<number, string>();
      const started: Latch[] = [];
      const body = function* (): Operation<number> {
        const end = new Latch();
        const n = started.push(end) - 1;
        yield* end.wait();
        return n;
      };
      for (let step = 0; step < STEPS; step++) {
        const key = random.below(2);
        switch (random.below(5)) {
          case 0:
            flights.forget(key);
            current.delete(key);
            break;
          case 1: {
            const id = take(random, running[random.below(running.length + 1)]?.waiting ?? []);
            if (id !== undefined) crowd.cancel(id);
            break;
          }
          case 2: {
            const call = take(random, running);
            if (call === undefined) break;
            call.end.open();
            for (const id of call.waiting) expected.set(id, `${call.n} ${call.callers > 1}`);
            for (const [of, other] of current) if (other === call) current.delete(of);
            break;
          }
          default: {
            const id = crowd.start(function* () {
              const { value, shared } = yield* flights.do(key, body);
              return `${value} ${shared}`;
            });
            yield* crowd.settle();
            let call = current.get(key);
            if (call === undefined) {
              const n = started.length - 1;
              call = { n, end: started[n] as Latch, callers: 0, waiting: [] };
              running.push(call);
              current.set(key, call);
            }
            call.callers++;
            call.waiting.push(id);
          }
        }
        yield* crowd.settle();
        const order = (map: Map<number, string>): [number, string][] => [...map].sort(([a], [b]) => a - b);
        assert.deepEqual(order(crowd.values), order(expected), `seed ${seed}, step ${step}`);
        assert.equal(started.filter(({ isOpen }) => !isOpen).length, running.length);
      }
      for (const call of running) call.end.open();
      yield* crowd.end();
    });
  }
});
