// timeout and moveOnAfter of composed operations: an extent that is cancelled when the time is up.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  all,
  Cancelled,
  channel,
  currentTask,
  go,
  group,
  MisuseError,
  moveOnAfter,
  never,
  now,
  type Operation,
  shield,
  sleep,
  TaskCancelledError,
  TimeoutError,
  timeout,
  yieldNow,
} from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { after } from "../support/bodies.ts";
import { caught } from "../support/caught.ts";
import { scheduler } from "../support/clock.ts";

test("an operation in time gives its value, and the timer is taken back", async () => {
  await simulate(function* () {
    assert.equal(yield* timeout(10, after(5, "in time")), "in time");
    assert.equal(yield* moveOnAfter(10, after(5, "in time")), "in time");
    assert.equal(scheduler().hasTimers, false);
    const boom = new RangeError("boom");
    const fails = function* (): Operation<never> {
      yield* sleep(5);
      throw boom;
    };
    assert.equal(yield* caught(RangeError, timeout(10, fails())), boom);
    assert.equal(yield* caught(RangeError, moveOnAfter(10, fails())), boom);
    assert.equal(scheduler().hasTimers, false);
    assert.equal(now(), 20);
  });
});

test("one that is too late is cancelled, its cleanup is awaited, and TimeoutError is thrown", async () => {
  await simulate(function* () {
    const log: string[] = [];
    const op = function* (): Operation<void> {
      try {
        yield* sleep(100);
      } finally {
        yield* shield(sleep(50));
        log.push(`cleaned up at ${now()}`);
      }
    };
    const error = yield* caught(TimeoutError, timeout(10, op()));
    assert.match(error.message, /^timeout: the operation took more than 10 ms/);
    assert.ok(error.stack?.includes("timeout-composed.test"), error.stack);
    assert.equal(yield* moveOnAfter(10, op()), undefined);
    assert.deepEqual(log, ["cleaned up at 60", "cleaned up at 120"]);
    yield* sleep(1); // nothing of it is left over
  });
});

test("the reason below is the TimeoutError itself: in Cancelled, in signals, and for children", async () => {
  await simulate(function* () {
    const reasons: unknown[] = [];
    const tells = function* (signal: AbortSignal): Operation<void> {
      try {
        yield* never;
      } catch (error) {
        reasons.push(error instanceof Cancelled && error.reason, signal.reason);
        throw error;
      }
    };
    const op = group(function* (g) {
      go(() => tells(currentTask().signal));
      yield* tells(g.signal);
    });
    const error = yield* caught(TimeoutError, timeout(10, op));
    assert.deepEqual(reasons, [error, error, error, error]);
  });
});

test("an async body below learns by its signal", async () => {
  await simulate(function* () {
    let seen: unknown;
    const waits = group(
      (g) =>
        new Promise<string>((_, reject) => {
          g.signal.addEventListener("abort", () => {
            seen = g.signal.reason;
            reject(seen);
          });
        }),
    );
    assert.deepEqual(yield* caught(TimeoutError, timeout(5, waits)), seen); // alike, and not the same: see regress/stack-survives-signals
    assert.equal(yield* moveOnAfter(5, waits), undefined);
  });
});

test("what returns normally although its time is up counts", async () => {
  await simulate(function* () {
    const stubborn = function* (): Operation<string> {
      yield* caught(Cancelled, sleep(100));
      yield* caught(Cancelled, sleep(100));
      return "none the less";
    };
    assert.equal(yield* timeout(5, stubborn()), "none the less");
    assert.equal(yield* moveOnAfter(5, stubborn()), "none the less");
    assert.equal(now(), 10);
  });
});

test("an operation that never waits has no limit", async () => {
  await simulate(function* () {
    const ch = channel<number>(1);
    const op = function* (): Operation<number> {
      yield* ch.send(1);
      return yield* ch.receive();
    };
    for (const ms of [0, -1, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY])
      assert.equal(yield* timeout(ms, op()), 1);
    assert.equal(scheduler().hasTimers, false);
    yield* caught(TimeoutError, timeout(0, after(0.001, 1)));
  });
});

test("what cleanup throws is thrown, not the TimeoutError; and with moveOnAfter too", async () => {
  await simulate(function* () {
    const broken = new RangeError("broken");
    const op = function* (): Operation<void> {
      try {
        yield* never;
      } catch {
        throw broken;
      }
    };
    assert.equal(yield* caught(RangeError, timeout(5, op())), broken);
    assert.equal(yield* caught(RangeError, moveOnAfter(5, op())), broken);
  });
});

test("a failure before the time is up is thrown although its cleanup takes longer", async () => {
  await simulate(function* () {
    const boom = new RangeError("boom");
    const op = function* (): Operation<void> {
      go(function* () {
        try {
          yield* never;
        } finally {
          yield* shield(sleep(50));
        }
      });
      yield* sleep(1);
      throw boom;
    };
    assert.equal(yield* caught(RangeError, timeout(5, op())), boom);
    assert.equal(now(), 51);
  });
});

test("children that are started in it end before it does", async () => {
  await simulate(function* () {
    const log: string[] = [];
    const op = function* (): Operation<void> {
      for (const name of ["a", "b"]) {
        go(function* () {
          try {
            yield* never;
          } finally {
            yield* shield(sleep(3));
            log.push(name);
          }
        });
      }
      yield* sleep(100);
    };
    yield* caught(TimeoutError, timeout(5, op()));
    assert.deepEqual(log, ["a", "b"]);
    assert.equal(now(), 8);
  });
});

test("a cancellation from outside is none of its business", async () => {
  await simulate(function* () {
    for (const limited of [timeout(100, after(50, 1)), moveOnAfter(100, after(50, 1)), timeout(100, never)]) {
      let seen: unknown;
      const task = go(function* () {
        seen = (yield* caught(Cancelled, limited)).reason;
        yield* sleep(1);
      });
      yield* sleep(1);
      task.cancel("stop");
      assert.equal((yield* caught(TaskCancelledError, task)).reason, "stop");
      assert.equal(seen, "stop");
      assert.equal(scheduler().hasTimers, false);
    }
  });
});

test("it may be used again, and by two tasks at once; a bare generator serves once", async () => {
  await simulate(function* () {
    const op = timeout(10, all([sleep(5).map(() => 1)]));
    assert.deepEqual(yield* op, [1]);
    const [one, two] = [go(() => op), go(() => op)];
    yield* yieldNow();
    assert.deepEqual([yield* one, yield* two], [[1], [1]]);
    const once = timeout(10, after(1, "once"));
    assert.equal(yield* once, "once");
    yield* caught(MisuseError, once);
    assert.equal(scheduler().hasTimers, false);
  });
});
