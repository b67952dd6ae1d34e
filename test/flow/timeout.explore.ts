// timeout in some thousand orders: a value that is late is not lost, and who ends an operation is told exactly.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Cancelled,
  channel,
  go,
  Mutex,
  moveOnAfter,
  type Operation,
  shield,
  sleep,
  TaskCancelledError,
  TimeoutError,
  timeout,
  yieldNow,
} from "offshoot";
import { explored } from "../support/explored.ts";

/** What an operation comes to, in a word. */
function* told(op: Operation<unknown>): Operation<string> {
  try {
    return String(yield* op);
  } catch (error) {
    if (error instanceof TimeoutError) return "too late";
    if (error instanceof TaskCancelledError || error instanceof Cancelled) return "cancelled";
    throw error;
  }
}

test("a value sent at the moment the time is up is received, or is still with its sender", async () => {
  const outcomes = await explored(2_500, (watch) => {
    const ch = watch(channel<string>());
    return function* () {
      const receiver = go(() => told(timeout(0, ch.receive())));
      const sender = go(function* () {
        yield* yieldNow();
        return yield* told(timeout(1, ch.send("value")));
      });
      const got = yield* receiver;
      assert.equal(yield* sender, got === "value" ? "undefined" : "too late");
      assert.equal(ch.stats().waitingReceivers + ch.stats().waitingSenders, 0);
      return got;
    };
  });
  assert.deepEqual([...outcomes.keys()].sort(), ['"too late"', '"value"']);
});

test("a cancellation at the moment the time is up: the leaf has committed, or nothing has happened", async () => {
  const outcomes = await explored(2_500, (watch) => {
    const ch = watch(channel<string>());
    return function* () {
      const receiver = go(() => told(timeout(0, ch.receive())));
      go(function* () {
        yield* yieldNow();
        receiver.cancel();
      });
      const sender = go(function* () {
        yield* yieldNow();
        return ch.trySend("value");
      });
      const got = yield* told(receiver);
      assert.equal(yield* sender, got === "value");
      return got;
    };
  });
  assert.deepEqual([...outcomes.keys()].sort(), ['"cancelled"', '"too late"', '"value"']);
});

test("a composed operation that ends when its time is up: its value, or TimeoutError, and cleanup once", async () => {
  const outcomes = await explored(2_000, (watch) => {
    const mutex = watch(new Mutex());
    return function* () {
      let cleanups = 0;
      const op = function* (): Operation<string> {
        const lock = yield* mutex.lock();
        try {
          yield* sleep(3);
          yield* yieldNow();
          yield* sleep(2);
          return "value";
        } finally {
          lock[Symbol.dispose]();
          yield* shield(sleep(1));
          cleanups++;
        }
      };
      const others = [1, 2].map((n) => go(() => told(timeout(5 * n, op()))));
      const got: string[] = [];
      for (const other of others) got.push(yield* other);
      assert.equal(mutex.locked, false);
      assert.ok(cleanups >= 1);
      return got.join();
    };
  });
  for (const outcome of outcomes.keys()) assert.match(outcome, /^"(value|too late),(value|too late)"$/);
  assert.ok(outcomes.size >= 2, [...outcomes.keys()].join());
});

test("limits within limits, all due at once: one is told, to the one who asked for it", async () => {
  const outcomes = await explored(2_000, () => {
    return function* () {
      const inner = function* (): Operation<string> {
        return (yield* moveOnAfter(5, waits())) ?? "inner";
      };
      const outer = go(() => told(timeout(5, inner())));
      const other = go(function* () {
        yield* sleep(5);
        outer.cancel();
      });
      const got = yield* told(outer);
      yield* other;
      return got;
    };
  });
  assert.deepEqual([...outcomes.keys()].sort(), ['"cancelled"', '"too late"']);
});

function* waits(): Operation<string> {
  yield* sleep(1_000);
  return "value";
}
