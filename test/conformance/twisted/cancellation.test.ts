// Twisted's cancellation of Deferreds: once, forwarded to what is waited for, no-op after the end, limits that tell their own end from others'.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Cancelled,
  callback,
  channel,
  go,
  moveOnAfter,
  type Operation,
  shield,
  sleep,
  TaskCancelledError,
  TimeoutError,
  timeout,
  until,
  yieldNow,
} from "offshoot";
import { simulate } from "../../../src/testing/simulate.ts";
import { caught } from "../../support/caught.ts";

test("the canceller of what is waited for is called once, with nothing more to follow", async () => {
  await simulate(function* () {
    const log: string[] = [];
    let late: (value: number) => void = () => {};
    const waits = callback<number>((resolve) => {
      late = resolve;
      return () => log.push("cancelled");
    });
    const task = go(() => waits);
    yield* yieldNow();
    task.cancel();
    task.cancel();
    yield* caught(TaskCancelledError, task);
    late(5); // swallowed, and so is the next
    late(6);
    assert.deepEqual(log, ["cancelled"]);
  });
});

test("cancelling goes down to what is waited for, however deep", async () => {
  await simulate(function* () {
    const log: unknown[] = [];
    const deep = function* (depth: number): Operation<void> {
      try {
        if (depth > 0) yield* yield* started(depth - 1);
        else yield* until((signal) => new Promise<void>((_, reject) => signal.addEventListener("abort", reject)));
      } finally {
        log.push(depth);
      }
    };
    const started = function* (depth: number): Operation<Operation<void>> {
      const task = go(deep, depth);
      return (function* () {
        yield* task;
      })();
    };
    const task = go(deep, 5);
    yield* sleep(1);
    task.cancel();
    yield* caught(TaskCancelledError, task);
    assert.deepEqual(log.sort(), [0, 1, 2, 3, 4, 5]);
  });
});

test("cancelling what has ended does nothing", async () => {
  await simulate(function* () {
    const done = go(() => 5);
    assert.equal(yield* done, 5);
    done.cancel();
    assert.equal(yield* done, 5);
    assert.equal(done.status, "succeeded");
  });
});

test("who is cancelled may go on to clean up, and may even succeed; one request is enough", async () => {
  await simulate(function* () {
    const task = go(function* () {
      try {
        yield* sleep(100);
      } catch (error) {
        assert.ok(error instanceof Cancelled);
      }
      yield* caught(Cancelled, sleep(100)); // no second request is needed
      return "none the less";
    });
    yield* yieldNow();
    task.cancel();
    assert.equal(yield* task, "none the less");
  });
});

test("cleanup that throws is told, in place of the cancellation", async () => {
  await simulate(function* () {
    const broken = new RangeError("broken");
    const op = function* (): Operation<void> {
      try {
        yield* sleep(100);
      } catch {
        throw broken;
      }
    };
    assert.equal(yield* caught(RangeError, moveOnAfter(5, op())), broken);
  });
});

test("a limit tells TimeoutError only if it was the limit that ended it", async () => {
  await simulate(function* () {
    const ch = channel<number>();
    yield* caught(TimeoutError, timeout(5, ch.receive()));
    const other = go(() => timeout(50, shield(sleep(5))));
    yield* yieldNow();
    other.cancel("elsewhere");
    yield* sleep(1);
    yield* other; // shielded to its end, which it reached in time
    let seen: unknown;
    const cancelled = go(function* () {
      try {
        yield* timeout(50, ch.receive());
      } catch (error) {
        seen = error;
        throw error;
      }
    });
    yield* sleep(1);
    cancelled.cancel("elsewhere");
    assert.equal((yield* caught(TaskCancelledError, cancelled)).reason, "elsewhere");
    assert.ok(seen instanceof Cancelled);
  });
});

test("the limit covers what it was put around, not what is done with the result", async () => {
  await simulate(function* () {
    const slowly = function* (): Operation<number> {
      const n = yield* timeout(
        10,
        sleep(5).map(() => 1),
      );
      yield* sleep(100);
      return n;
    };
    assert.equal(yield* slowly(), 1);
  });
});
