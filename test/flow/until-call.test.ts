// until(f): called at each start, outside any task; its signal is aborted when the operation is cancelled or loses, and not when it succeeds.

import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import { test } from "node:test";
import {
  always,
  Cancelled,
  channel,
  currentTask,
  go,
  MisuseError,
  run,
  select,
  selectNow,
  sleep,
  type Task,
  until,
  yieldNow,
} from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught, rejected, thrown } from "../support/caught.ts";

const forever = new Promise<never>(() => {});

/** A function for until that notes the signals it got. */
function noting<T>(signals: AbortSignal[], answer: PromiseLike<T>): (signal: AbortSignal) => PromiseLike<T> {
  return (signal) => {
    signals.push(signal);
    return answer;
  };
}

test("the function is called at each start, and not before", async () => {
  await simulate(function* () {
    const signals: AbortSignal[] = [];
    const op = until(noting(signals, Promise.resolve("x")));
    assert.equal(signals.length, 0);
    assert.equal(yield* op, "x");
    assert.equal(yield* op, "x");
    const tasks = [go(() => op), go(() => op)];
    for (const task of tasks) yield* task;
    assert.deepEqual(yield* select([op, sleep(10)]), { key: 0, value: "x" });
    assert.equal(signals.length, 5);
    assert.ok(signals.every((signal) => !signal.aborted));
    assert.equal(new Set(signals).size, 5);
  });
});

test("it is not called where another case is ready, nor by a select that looks once", async () => {
  await simulate(function* () {
    const signals: AbortSignal[] = [];
    const op = until(noting(signals, forever));
    yield* select([op, always(1)]);
    selectNow([op]);
    assert.equal(signals.length, 0);
  });
});

test("it is called before another task has its turn, and outside any task", async () => {
  await simulate(function* () {
    const log: string[] = [];
    go(function* () {
      yield* until(async () => {
        log.push("called");
        thrown(MisuseError, currentTask);
        thrown(MisuseError, () => go(() => {}));
        thrown(MisuseError, () => Array.from(always(1) as unknown as Iterable<number>));
      });
    });
    go(() => log.push("other"));
    yield* sleep(1);
    assert.deepEqual(log, ["called", "other"]);
  });
});

test("it is called in the async context of its task", async () => {
  const storage = new AsyncLocalStorage<string>();
  const seen: (string | undefined)[] = [];
  const body = function* () {
    const ask = () => until(async () => seen.push(storage.getStore()));
    const tasks = [storage.run("a", () => go(ask)), storage.run("b", () => go(ask)), go(ask)];
    for (const task of tasks) yield* task;
  };
  await storage.run("run", () => run(body, { asyncContext: true }));
  assert.deepEqual(seen.splice(0), ["a", "b", "run"]);
  await storage.run("run", () => run(body));
  assert.deepEqual(seen.splice(0), ["run", "run", "run"]);
  await storage.run("outside", async () => await until(async () => seen.push(storage.getStore())));
  assert.deepEqual(seen, ["outside"]);
});

test("a throw counts as a rejection, whatever is thrown", async () => {
  await simulate(function* () {
    for (const reason of [new RangeError("boom"), undefined, null, "text"]) {
      let error: unknown = "nothing";
      try {
        yield* until(() => {
          throw reason;
        });
      } catch (thrownValue) {
        error = thrownValue;
      }
      assert.equal(error, reason);
    }
    yield* caught(
      RangeError,
      until(async () => {
        throw new RangeError("later");
      }),
    );
  });
});

test("cancelling aborts the signal before cancel() returns, with its reason", async () => {
  await simulate(function* () {
    for (const reason of ["why", new Error("boom"), undefined]) {
      const signals: AbortSignal[] = [];
      const tasks = [
        go(() => until(noting(signals, forever))),
        go(() => select([sleep(100), select([until(noting(signals, forever))])])),
        go(async () => void (await until(noting(signals, forever)))),
      ];
      yield* sleep(1);
      for (const task of tasks) task.cancel(reason);
      assert.equal(signals.length, 3);
      for (const signal of signals) {
        assert.equal(signal.aborted, true);
        if (reason === undefined) assert.ok(signal.reason instanceof Cancelled);
        else assert.equal(signal.reason, reason);
      }
    }
  });
});

test("losing a select aborts the signal before any other task runs", async () => {
  await simulate(function* () {
    const ch = channel<number>();
    const signals: AbortSignal[] = [];
    const log: string[] = [];
    const loser = go(() => select({ call: until(noting(signals, forever)), ch: ch.receive(), late: sleep(50) }));
    yield* yieldNow();
    signals[0]?.addEventListener("abort", () => log.push("aborted"));
    go(() => log.push("other"));
    yield* ch.send(1);
    log.push("sender goes on");
    assert.equal((yield* loser).key, "ch");
    assert.deepEqual(log, ["sender goes on", "aborted", "other"]);
    assert.equal(signals[0]?.reason.name, "AbortError");

    const late = go(() => select({ call: until(noting(signals, forever)), late: sleep(5) }));
    yield* sleep(5);
    assert.equal(signals[1]?.aborted, true);
    assert.equal((yield* late).key, "late");
  });
});

test("a promise settled after its call was given up changes nothing", async () => {
  await simulate(function* () {
    const settle: (() => void)[] = [];
    const op = until(() => new Promise<string>((resolve) => settle.push(() => resolve("late"))));
    assert.equal((yield* select({ op, end: sleep(5) })).key, "end");
    const again = go(() => select({ op, end: sleep(100) }));
    yield* yieldNow();
    settle[0]?.();
    yield* sleep(1);
    assert.equal(again.status, "waiting");
    settle[1]?.();
    assert.deepEqual(yield* again, { key: "op", value: "late" });
    const failing = until(() => new Promise((_, reject) => settle.push(() => reject(new Error("late")))));
    yield* select([failing, sleep(1)]);
    settle[2]?.(); // goes unheard: it would fail the process otherwise
    yield* sleep(1);
  });
});

test("a handler of the signal may cancel tasks, its own too, and close channels of the same select", async () => {
  await simulate(function* () {
    const ch = channel<number>(1);
    const other = go(() => select([sleep(1_000), ch.next()]));
    const tasks: Task<unknown>[] = [];
    const op = until((signal) => {
      signal.addEventListener("abort", () => {
        ch.close();
        other.cancel();
        tasks[0]?.cancel("by itself");
      });
      return forever;
    });
    tasks.push(go(() => select({ op, end: sleep(5) })));
    yield* sleep(5);
    const [task] = tasks;
    assert.ok(task !== undefined);
    // its select was won before the handler ran, so it keeps the value, and ends without another operation
    assert.deepEqual(yield* task, { key: "end", value: undefined });
  });
});

test("an error of the function is thrown where it is awaited outside tasks too", async () => {
  const failing = until(() => {
    throw new RangeError("boom");
  });
  await rejected(RangeError, (async () => void (await failing))());
});
