// Latch, WaitGroup, Barrier, Once and SingleFlight in thousands of orders, with cancellation at every place.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Barrier,
  go,
  Latch,
  Once,
  type Operation,
  SingleFlight,
  select,
  sleep,
  type Task,
  TaskCancelledError,
  WaitGroup,
  yieldNow,
} from "offshoot";
import { explored } from "../support/explored.ts";

function* outcome(task: Task<unknown>): Operation<boolean> {
  try {
    yield* task;
    return true;
  } catch (error) {
    if (!(error instanceof TaskCancelledError)) throw error;
    return false;
  }
}

test("a latch lets everybody through once it is open, in any order, whoever is cancelled", async () => {
  const outcomes = await explored(1_200, (watch) => {
    const latch = watch(new Latch());
    return function* () {
      let through = 0;
      const tasks = [
        go(() => latch.wait().map(() => through++)),
        go(function* () {
          const got = yield* select({ a: latch.wait(), b: select([latch.wait(), latch.wait()]), late: sleep(1) });
          assert.equal(latch.isOpen, got.key !== "late");
          through++;
        }),
        go(() => latch.wait().map(() => through++)),
      ];
      const opener = go(function* () {
        yield* yieldNow();
        latch.open();
      });
      yield* yieldNow();
      tasks[0]?.cancel();
      yield* opener;
      for (const [n, task] of tasks.entries()) assert.ok((yield* outcome(task)) || n === 0);
      return through;
    };
  });
  assert.deepEqual([...outcomes.keys()].sort(), ["2", "3"]);
});

test("a wait group is waited for until all is done, in any order, whatever becomes of the work", async () => {
  const outcomes = await explored(1_500, (watch) => {
    const work = watch(new WaitGroup());
    return function* () {
      let ended = 0;
      const job = function* (): Operation<void> {
        try {
          yield* yieldNow();
          yield* sleep(1);
        } finally {
          ended++;
        }
      };
      const jobs = [work.go(job), work.go(job)] as const;
      work.add(1);
      const waiters = [0, 1].map((n) =>
        go(function* () {
          if (n === 0) yield* work.wait();
          else yield* select([work.wait(), work.wait()]);
          assert.equal(work.pending, 0);
          assert.ok(jobs.every(({ status }) => status === "succeeded" || status === "cancelled"));
        }),
      );
      yield* yieldNow();
      jobs[0].cancel();
      work.done();
      for (const waiter of waiters) yield* waiter;
      yield* outcome(jobs[0]);
      return ended;
    };
  });
  assert.deepEqual([...outcomes.keys()].sort(), ["1", "2"]); // a job that never began has nothing to end
});

test("a barrier lets its parties through together, in any order, with one that gives up and another in its place", async () => {
  const outcomes = await explored(1_500, (watch) => {
    const barrier = watch(new Barrier(3));
    return function* () {
      const places: number[] = [];
      const party = function* (): Operation<void> {
        places.push(yield* barrier.wait());
      };
      const tasks = [
        go(party),
        go(party),
        go(() => select([barrier.wait(), barrier.wait()]).map(({ value }) => places.push(value))),
      ];
      yield* yieldNow();
      tasks[0]?.cancel();
      if (!(yield* outcome(tasks[0] as Task<void>))) {
        yield* sleep(1);
        assert.equal(places.length, 0); // the other two wait for one more
        yield* go(party);
      }
      for (const task of tasks.slice(1)) yield* task;
      assert.deepEqual(places.slice().sort(), [0, 1, 2]);
      return tasks[0]?.status;
    };
  });
  assert.deepEqual([...outcomes.keys()].sort(), ['"cancelled"', '"succeeded"']);
});

test("three rounds of a barrier never overlap, in any order", async () => {
  await explored(800, (watch) => {
    const barrier = watch(new Barrier(3));
    return function* () {
      const rounds: number[] = [];
      const tasks = [0, 1, 2].map(() =>
        go(function* () {
          for (let round = 0; round < 3; round++) {
            rounds.push(round);
            yield* barrier.wait();
          }
        }),
      );
      for (const task of tasks) yield* task;
      assert.deepEqual(
        rounds,
        rounds.slice().sort((a, b) => a - b),
      );
    };
  });
});

test("the body of a Once runs once, in any order, whoever of those who ask is cancelled", async () => {
  for (const fails of [false, true]) {
    const outcomes = await explored(1_500, () => {
      let ran = 0;
      const boom = new RangeError("boom");
      const once = new Once(function* () {
        ran++;
        yield* yieldNow();
        if (fails) throw boom;
        return "done";
      });
      const ask = function* (): Operation<string> {
        try {
          return yield* once.do();
        } catch (error) {
          if (error !== boom) throw error;
          return "boom";
        }
      };
      return function* () {
        const tasks = [0, 1, 2].map(() => go(ask));
        yield* yieldNow();
        tasks[0]?.cancel();
        for (const task of tasks.slice(1)) assert.equal(yield* task, fails ? "boom" : "done");
        const first = yield* outcome(tasks[0] as Task<string>);
        assert.equal(ran, 1);
        return first;
      };
    });
    assert.deepEqual([...outcomes.keys()].sort(), ["false", "true"]);
  }
});

test("single flights call at most once at a time for a key, in any order, whoever is cancelled", async () => {
  const outcomes = await explored(2_000, () => {
    const flights = new SingleFlight<string, number>();
    let [calls, running] = [0, 0];
    const body = function* (): Operation<number> {
      const n = ++calls;
      assert.equal(++running, 1);
      yield* yieldNow();
      running--;
      return n;
    };
    return function* () {
      const tasks = [0, 1, 2].map(() => go(() => flights.do("key", body)));
      yield* yieldNow();
      tasks[1]?.cancel();
      const got: { value: number; shared: boolean }[] = [];
      for (const task of tasks) if (yield* outcome(task)) got.push(yield* task);
      for (const { value, shared } of got)
        if (got.filter((other) => other.value === value).length > 1) assert.equal(shared, true);
      assert.equal(new Set(got.map(({ value }) => value)).size <= calls, true);
      assert.ok(calls >= 1 && calls <= 3);
      return calls;
    };
  });
  assert.ok(outcomes.has("1") && outcomes.has("2"), [...outcomes.keys()].join());
});
