// timer in some thousand orders: each arming is received once or answered for by stop and reset, never both, and never stale.

import assert from "node:assert/strict";
import { test } from "node:test";
import { channel, go, select, sleep, TaskCancelledError, timer, yieldNow } from "offshoot";
import { explored } from "../support/explored.ts";

test("stop is true exactly if the time is not received", async () => {
  let runs = 0;
  const outcomes = await explored(2_000, (watch) => {
    const delay = 4 + (runs++ % 3);
    return function* () {
      const t = watch(timer(5));
      const waits = go(() => select({ fired: t.fired, end: sleep(20) }));
      yield* sleep(delay);
      const stopped = t.stop();
      const { key } = yield* waits;
      assert.equal(key === "fired", !stopped);
      return key;
    };
  });
  assert.deepEqual([...outcomes.keys()].sort(), ['"end"', '"fired"']);
});

test("a reset to later that is true is followed by the later time alone", async () => {
  let runs = 0;
  const outcomes = await explored(2_000, (watch) => {
    const delay = 4 + (runs++ % 3);
    return function* () {
      const t = watch(timer(5));
      const got: number[] = [];
      const reader = go(function* () {
        for (;;) got.push(yield* t.fired);
      });
      yield* sleep(delay);
      const reset = t.reset(15 - delay);
      yield* sleep(50);
      reader.cancel();
      assert.deepEqual(got, reset ? [15] : [5, 15]);
      return reset;
    };
  });
  assert.deepEqual([...outcomes.keys()].sort(), ["false", "true"]);
});

test("an arming is received by one of two, or by the one that is not cancelled", async () => {
  const outcomes = await explored(2_000, (watch) => {
    return function* () {
      const t = watch(timer(5));
      const got: string[] = [];
      const readers = ["a", "b"].map((name) =>
        go(function* () {
          yield* t.fired;
          got.push(name);
          yield* yieldNow();
        }),
      );
      yield* sleep(5);
      readers[0]?.cancel();
      yield* sleep(10);
      assert.equal(got.length, 1);
      readers[1]?.cancel();
      for (const reader of readers) {
        try {
          yield* reader;
        } catch (error) {
          assert.ok(error instanceof TaskCancelledError);
        }
      }
      return got[0];
    };
  });
  assert.deepEqual([...outcomes.keys()].sort(), ['"a"', '"b"']);
});

test("a timer that is reset to now and stopped by another has fired, or was stopped in time", async () => {
  const outcomes = await explored(2_000, (watch) => {
    return function* () {
      const t = watch(timer(50));
      const waits = go(() => select({ fired: t.fired, end: sleep(90) }));
      const stopping = go(function* () {
        yield* sleep(5);
        return t.stop();
      });
      const resetting = go(function* () {
        yield* sleep(5);
        return t.reset(0);
      });
      const { key } = yield* waits;
      return `${key} ${yield* stopping} ${yield* resetting}`;
    };
  });
  assert.deepEqual([...outcomes.keys()].sort(), ['"end true true"', '"fired true false"']);
});

test("a select of a timer and a value that come together takes one and leaves the other", async () => {
  let runs = 0;
  const outcomes = await explored(2_000, (watch) => {
    const delay = 4 + (runs++ % 3);
    const ch = watch(channel<string>());
    return function* () {
      go(function* () {
        yield* sleep(delay);
        yield* ch.send("value");
      });
      const t = watch(timer(5));
      const first = yield* select({ value: ch.receive(), fired: t.fired });
      const second = yield* select({ value: ch.receive(), fired: t.fired });
      assert.notEqual(first.key, second.key);
      return first.key;
    };
  });
  assert.deepEqual([...outcomes.keys()].sort(), ['"fired"', '"value"']);
});

test("three who reset, stop and wait leave the timer in one piece", async () => {
  await explored(2_000, (watch) => {
    return function* () {
      const t = watch(timer(3));
      let fired = 0;
      let armed = 1; // armings neither received nor taken back
      const reader = go(function* () {
        for (;;) {
          yield* t.fired;
          fired++;
          armed--;
        }
      });
      const tasks = [1, 2].map((n) =>
        go(function* () {
          for (const ms of [2, 0, 3]) {
            yield* sleep(n);
            if (t.reset(ms)) armed--;
            armed++;
            yield* yieldNow();
          }
          yield* sleep(3);
          if (t.stop()) armed--;
        }),
      );
      for (const task of tasks) yield* task;
      yield* sleep(20);
      reader.cancel();
      assert.ok(fired <= 7);
      assert.equal(armed, 0);
    };
  });
});
