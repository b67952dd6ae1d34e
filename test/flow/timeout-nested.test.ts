// Limits within limits, and with shields: whose time is up is told, and nobody else's.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Cancelled,
  go,
  moveOnAfter,
  never,
  now,
  type Operation,
  shield,
  sleep,
  TaskCancelledError,
  TimeoutError,
  timeout,
} from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught } from "../support/caught.ts";
import { scheduler } from "../support/clock.ts";

/** Not a leaf, so that limits are extents. */
function* composed<T>(op: Operation<T>): Operation<T> {
  return yield* op;
}

function* cleansUp(ms: number): Operation<never> {
  try {
    return yield* never;
  } finally {
    yield* shield(sleep(ms));
  }
}

test("the inner limit first: it can be caught, and the outer one goes on", async () => {
  await simulate(function* () {
    const op = function* (): Operation<string> {
      const error = yield* caught(TimeoutError, timeout(5, composed(never)));
      assert.match(error.message, /5 ms/);
      yield* sleep(5);
      return `at ${now()}`;
    };
    assert.equal(yield* timeout(20, op()), "at 10");
    const again = function* (): Operation<void> {
      yield* caught(TimeoutError, timeout(5, composed(never)));
      yield* never;
    };
    assert.match((yield* caught(TimeoutError, timeout(20, again()))).message, /20 ms/);
    assert.equal(now(), 30);
    assert.equal(scheduler().hasTimers, false);
  });
});

test("the outer limit first: the inner one cannot be blamed, nor catch it", async () => {
  await simulate(function* () {
    const log: unknown[] = [];
    const op = function* (): Operation<void> {
      try {
        yield* timeout(50, composed(never));
      } catch (error) {
        log.push(error instanceof Cancelled && error.reason);
        throw error;
      }
    };
    const error = yield* caught(TimeoutError, timeout(5, op()));
    assert.match(error.message, /5 ms/);
    assert.deepEqual(log, [error]);
    assert.equal(yield* moveOnAfter(5, op()), undefined);
    assert.equal(scheduler().hasTimers, false);
  });
});

test("an inner moveOnAfter does not swallow an outer limit", async () => {
  await simulate(function* () {
    const log: string[] = [];
    const op = function* (): Operation<string> {
      const got = yield* moveOnAfter(50, composed(never));
      log.push("went on");
      return `${got}`;
    };
    yield* caught(TimeoutError, timeout(5, op()));
    assert.deepEqual(log, []);
  });
});

test("equal limits: the outer one was armed first, and is told", async () => {
  await simulate(function* () {
    const log: unknown[] = [];
    const op = function* (): Operation<void> {
      try {
        yield* timeout(5, composed(never));
      } catch (error) {
        log.push(error instanceof Cancelled);
        throw error;
      }
    };
    yield* caught(TimeoutError, timeout(5, op()));
    assert.deepEqual(log, [true]);
    assert.equal(yield* moveOnAfter(5, moveOnAfter(5, composed(never))), undefined);
    assert.equal(scheduler().hasTimers, false);
  });
});

test("the outer time is up while the inner one still cleans up: the outer one is told", async () => {
  await simulate(function* () {
    const log: unknown[] = [];
    const op = function* (): Operation<void> {
      try {
        yield* timeout(5, cleansUp(20));
      } catch (error) {
        log.push(error instanceof Cancelled);
        throw error;
      }
    };
    assert.match((yield* caught(TimeoutError, timeout(10, op()))).message, /10 ms/);
    assert.deepEqual(log, [true]);
    assert.equal(now(), 25);
  });
});

test("a cancellation while the time is up already, in the midst of cleanup, is what is told", async () => {
  await simulate(function* () {
    let seen: unknown;
    const task = go(function* () {
      try {
        yield* timeout(5, cleansUp(20));
      } catch (error) {
        seen = error;
        throw error;
      }
    });
    yield* sleep(10);
    task.cancel("stop");
    assert.equal((yield* caught(TaskCancelledError, task)).reason, "stop");
    assert.ok(seen instanceof Cancelled && seen.reason === "stop");
    assert.equal(now(), 25);
  });
});

test("a limit around a shield does not reach into it", async () => {
  await simulate(function* () {
    assert.equal(yield* timeout(5, shield(sleep(20).map(() => "whole"))), "whole");
    const op = function* (): Operation<void> {
      yield* shield(sleep(20));
      yield* sleep(1);
    };
    yield* caught(TimeoutError, timeout(5, op()));
    assert.equal(now(), 40);
  });
});

test("a limit inside a shield works there, also while all around is cancelled", async () => {
  await simulate(function* () {
    const log: string[] = [];
    const task = go(function* () {
      try {
        yield* never;
      } finally {
        yield* shield(
          composed(
            (function* () {
              yield* caught(TimeoutError, timeout(5, never));
              yield* caught(TimeoutError, timeout(5, composed(never)));
              assert.equal(yield* moveOnAfter(5, cleansUp(3)), undefined);
              log.push(`at ${now()}`);
            })(),
          ),
        );
      }
    });
    yield* sleep(1);
    task.cancel();
    yield* caught(TaskCancelledError, task);
    assert.deepEqual(log, ["at 19"]);
  });
});

test("of a hundred limits the shortest is told, wherever it is", async () => {
  await simulate(function* () {
    for (const shortest of [0, 50, 99]) {
      let op: Operation<never> = composed(never);
      for (let i = 0; i < 100; i++) op = timeout(i === shortest ? 7 : 1_000 + i, op);
      const start = now();
      assert.match((yield* caught(TimeoutError, op)).message, /more than 7 ms/);
      assert.equal(now() - start, 7);
      assert.equal(scheduler().hasTimers, false);
    }
  });
});
