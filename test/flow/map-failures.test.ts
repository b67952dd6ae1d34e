// map: what failures of calls and sources do, and cancellation.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Cancelled,
  currentTask,
  go,
  map,
  never,
  now,
  type Operation,
  shield,
  sleep,
  TaskCancelledError,
  timeout,
} from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught } from "../support/caught.ts";

const boom = new RangeError("boom");

function* failsAt(bad: number, item: number): Operation<number> {
  yield* sleep(1);
  if (item === bad) throw boom;
  return item;
}

test("a source that fails midway fails map, cancels the calls, and is not told", async () => {
  await simulate(function* () {
    const log: unknown[] = [];
    const told = { return: () => log.push("told") };
    const broken = function* (): Generator<number> {
      yield 1;
      yield 2;
      throw boom;
    };
    const asyncBroken = async function* (): AsyncGenerator<number> {
      yield* broken();
    };
    const stream = new ReadableStream<number>({
      start(controller) {
        controller.enqueue(1);
      },
      pull: () => Promise.reject(boom),
    }) as unknown as AsyncIterable<number>;
    const bySelf = { [Symbol.iterator]: () => ({ ...told, next: () => assert.fail("never ends well") }) };
    const waits = function* (): Operation<void> {
      log.push((yield* caught(Cancelled, sleep(100))).reason);
    };
    for (const source of [broken(), asyncBroken(), stream])
      assert.equal(yield* caught(RangeError, map(source, waits, { concurrency: 3 })), boom);
    assert.deepEqual(new Set(log), new Set([boom]));
    yield* caught(Error, map(bySelf as unknown as Iterable<number>, waits, { concurrency: 3 }));
    assert.ok(!log.includes("told"));
  });
});

test("a failing call cancels the others, and their cleanup is awaited; several failures are told together", async () => {
  await simulate(function* () {
    const [one, two] = [new Error("one"), new Error("two")];
    const calls = [
      (): Operation<number> => failsAt(0, 0),
      function* (): Operation<number> {
        try {
          return yield* never;
        } catch {
          yield* shield(sleep(10));
          throw one;
        }
      },
      function* (): Operation<number> {
        go(function* () {
          yield* shield(sleep(20));
          throw two;
        });
        return yield* never;
      },
    ];
    const error = yield* caught(
      AggregateError,
      map(calls, (call) => call(), { concurrency: 3 }),
    );
    assert.deepEqual(error.errors, [boom, one, two]);
    assert.equal(now(), 20);
  });
});

test("a call that throws at once, in any kind of function, fails map", async () => {
  await simulate(function* () {
    const throws = (): never => {
      throw boom;
    };
    assert.equal(yield* caught(RangeError, map([1, 2], throws, { concurrency: 2 })), boom);
    assert.equal(
      yield* caught(
        RangeError,
        map([1, 2], async () => throws(), { concurrency: 1 }),
      ),
      boom,
    );
  });
});

test("a call that cancels itself fails map with TaskCancelledError", async () => {
  await simulate(function* () {
    const error = yield* caught(
      TaskCancelledError,
      map(
        [1, 2, 3],
        function* (n) {
          if (n === 2) currentTask().cancel("enough");
          yield* sleep(5);
        },
        { concurrency: 2 },
      ),
    );
    assert.equal(error.reason, "enough");
  });
});

test("cancellation reaches every call, and the signals of async ones", async () => {
  await simulate(function* () {
    const reasons: unknown[] = [];
    const call = async (): Promise<void> => {
      const { signal } = currentTask();
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
      reasons.push(signal.reason);
      signal.throwIfAborted();
    };
    const task = go(() => map([1, 2, 3, 4], call, { concurrency: 3 }));
    yield* sleep(1);
    task.cancel("stop");
    assert.equal((yield* caught(TaskCancelledError, task)).reason, "stop");
    assert.deepEqual(reasons, ["stop", "stop", "stop"]);
  });
});

test("a source that fails when it is told is told of: with the failure of a call, or in place of the cancellation", async () => {
  await simulate(function* () {
    const stuck = new Error("stuck");
    const source = (): Iterable<number> => ({
      [Symbol.iterator]: () => ({
        next: () => ({ done: false, value: 1 }),
        return: () => {
          throw stuck;
        },
      }),
    });
    const error = yield* caught(
      AggregateError,
      map(source(), () => failsAt(1, 1), { concurrency: 1 }),
    );
    assert.deepEqual(error.errors, [boom, stuck]);
    assert.equal(
      yield* caught(
        Error,
        timeout(
          5,
          map(source(), () => sleep(100), { concurrency: 1 }),
        ),
      ),
      stuck,
    );
  });
});
