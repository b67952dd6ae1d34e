// SingleFlight in all orders of two or three tasks.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  always,
  Cancelled,
  currentTask,
  go,
  group,
  type Operation,
  SingleFlight,
  shield,
  sleep,
  type Task,
  yieldNow,
} from "offshoot";
import { caught } from "../support/caught.ts";
import { comesTo, ending } from "../support/outcomes.ts";

/** Counts how often it is run. */
function counting(): () => Operation<number> {
  let runs = 0;
  return function* () {
    const mine = ++runs;
    yield* yieldNow();
    return mine;
  };
}

test("callers of one key share a call that is under way, and make a new one when it has ended", async () => {
  await comesTo(["1 shared, 1 shared", "1, 2", "2, 1"], () => {
    const flights = new SingleFlight<string, number>();
    return function* () {
      const body = counting();
      const ask = () => flights.do("key", body);
      const said: string[] = [];
      yield* group((g) => {
        for (const i of [0, 1])
          g.go(function* () {
            const { value, shared } = yield* ask();
            said[i] = `${value}${shared ? " shared" : ""}`;
          });
      });
      return said.join(", ");
    };
  });
});

test("callers of different keys never share", async () => {
  await comesTo(["1, 2", "2, 1"], () => {
    const flights = new SingleFlight<string, number>();
    return function* () {
      let runs = 0;
      const got: number[] = [];
      yield* group((g) => {
        for (const [i, key] of ["a", "b"].entries())
          g.go(function* () {
            const { value, shared } = yield* flights.do(key, () => ++runs);
            assert.equal(shared, false);
            got[i] = value;
          });
      });
      return got.join(", ");
    };
  });
});

test("a caller that is cancelled leaves the call to the other", async () => {
  await comesTo(["succeeded, 1 call", "cancelled, 1 call", "succeeded, 2 calls", "cancelled, 2 calls"], () => {
    const flights = new SingleFlight<string, number>();
    return function* () {
      let runs = 0;
      const body = function* (): Operation<number> {
        runs++;
        yield* yieldNow();
        return runs;
      };
      const tasks: Task<unknown>[] = [];
      yield* group((g) => {
        tasks.push(g.go(() => flights.do("key", body)));
        g.go(() => tasks[0]?.cancel());
        g.go(() => flights.do("key", body));
      });
      return `${tasks[0]?.status}, ${runs} ${runs === 1 ? "call" : "calls"}`;
    };
  });
});

test("what the call throws goes to all who share it, and the next call starts anew", async () => {
  await comesTo(["one call", "two calls"], () => {
    const flights = new SingleFlight<string, number>();
    return function* () {
      let runs = 0;
      const errors = new Set<unknown>();
      const fails = function* (): Operation<number> {
        runs++;
        yield* yieldNow();
        throw new RangeError(`call ${runs}`);
      };
      yield* group((g) => {
        for (const _ of [1, 2])
          g.go(function* () {
            errors.add(yield* caught(RangeError, flights.do("key", fails)));
          });
      });
      assert.equal(errors.size, runs);
      assert.deepEqual(yield* flights.do("key", () => 7), { value: 7, shared: false });
      return runs === 1 ? "one call" : "two calls";
    };
  });
});

test("a forgotten key starts a new call beside the one that is under way, whose callers keep their result", async () => {
  await comesTo(["old 1, new 2", "old 1, new 1"], () => {
    const flights = new SingleFlight<string, number>();
    return function* () {
      let runs = 0;
      const body = function* (): Operation<number> {
        const mine = ++runs;
        yield* sleep(5);
        return mine;
      };
      const old = go(() => flights.do("key", body));
      yield* sleep(1); // until its call is under way
      go(() => flights.forget("key"));
      yield* yieldNow();
      const fresh = yield* flights.do("key", body);
      return `old ${(yield* old).value}, new ${fresh.value}`;
    };
  });
});

test("a call that the end of the run has cut short is made again for cleanup", async () => {
  await comesTo(["made 1", "made 2"], () => {
    const flights = new SingleFlight<string, number>();
    return function* () {
      let made = 0;
      const body = function* (): Operation<number> {
        made++;
        yield* yieldNow();
        yield* always(0);
        return made;
      };
      const first = go(() => flights.do("key", body));
      try {
        yield* yieldNow();
        currentTask().cancel();
        yield* always(0);
      } catch (error) {
        assert.ok(error instanceof Cancelled);
      }
      yield* shield(ending(first));
      yield* shield(flights.do("key", body));
      return `made ${made}`;
    };
  });
});
