// Once in all orders of two or three tasks.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  always,
  Cancelled,
  currentTask,
  go,
  group,
  Mutex,
  Once,
  type Operation,
  shield,
  sleep,
  yieldNow,
} from "offshoot";
import { caught } from "../support/caught.ts";
import { comesTo, ending } from "../support/outcomes.ts";

test("the body runs once, and everybody gets its result", async () => {
  await comesTo(["1 1 1"], () => {
    return function* () {
      let runs = 0;
      const once = new Once(function* (): Operation<number> {
        runs++;
        yield* yieldNow();
        return runs;
      });
      const [a, b] = [go(() => once.do()), go(() => once.do())];
      const mine = yield* once.do();
      return `${mine} ${yield* a} ${yield* b}`;
    };
  });
});

test("what the body throws goes to every caller, and to nobody else", async () => {
  await comesTo([1], () => {
    return function* () {
      let runs = 0;
      const once = new Once(function* (): Operation<number> {
        runs++;
        yield* yieldNow();
        throw new RangeError("once");
      });
      const callers = [1, 2].map(() => go(() => caught(RangeError, once.do())));
      assert.equal(yield* callers[0]!, yield* callers[1]!);
      return runs;
    };
  });
});

test("a caller that is cancelled leaves the body to the others", async () => {
  await comesTo(["succeeded", "cancelled"], () => {
    return function* () {
      let runs = 0;
      const once = new Once(function* (): Operation<number> {
        runs++;
        yield* yieldNow();
        return runs;
      });
      const first = go(() => once.do());
      yield* group((g) => {
        g.go(() => first.cancel());
        g.go(function* () {
          assert.equal(yield* once.do(), 1);
        });
      });
      yield* ending(first);
      return first.status;
    };
  });
});

test("the body goes on when its only caller is cancelled, and the next one gets its result", async () => {
  await comesTo(["cancelled 1", "1 1"], () => {
    return function* () {
      let runs = 0;
      const once = new Once(function* (): Operation<number> {
        runs++;
        yield* sleep(5);
        return runs;
      });
      const first = go(() => once.do());
      go(function* () {
        yield* sleep(5);
        first.cancel();
      });
      const how = yield* ending(first);
      return `${how} ${yield* once.do()}`;
    };
  });
});

test("a body that the end of the run has cut short is started again for cleanup, and only then", async () => {
  await comesTo(["started 1, got 1", "started 2, got 2"], () => {
    return function* () {
      let started = 0;
      const once = new Once(function* (): Operation<number> {
        const mine = ++started;
        yield* yieldNow();
        yield* always(0);
        return mine;
      });
      go(() => once.do());
      try {
        yield* yieldNow();
        currentTask().cancel();
        yield* always(0);
      } catch (error) {
        assert.ok(error instanceof Cancelled);
      }
      const got = yield* shield(once.do());
      return `started ${started}, got ${got}`;
    };
  });
});

test("what the body locks it holds itself, and a caller who waits for it is told apart", async () => {
  await comesTo(["1"], (watch) => {
    const mutex = watch(new Mutex({ name: "setup" }));
    return function* () {
      const once = new Once(() => mutex.withLock(() => 1));
      const held = yield* mutex.lock();
      const asks = go(() => once.do());
      go(() => held[Symbol.dispose]());
      const got = yield* asks;
      assert.equal(mutex.locked, false);
      return String(got);
    };
  });
});
