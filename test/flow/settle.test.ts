// settle: how each of several operations has ended.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  always,
  Cancelled,
  channel,
  currentTask,
  go,
  MisuseError,
  never,
  now,
  type Operation,
  settle,
  shield,
  sleep,
  TaskCancelledError,
  timeout,
} from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { after, failsAfter } from "../support/bodies.ts";
import { caught, thrown } from "../support/caught.ts";

test("all are performed to their end, and told in the order given, as Promise.allSettled does", async () => {
  await simulate(function* () {
    const boom = new RangeError("boom");
    const got = yield* settle([after(30, "a"), failsAfter(10, boom), always("c"), failsAfter(5, undefined)]);
    const promised = Promise.allSettled([Promise.resolve("a"), Promise.reject(boom), "c", Promise.reject(undefined)]);
    assert.deepEqual(got, yield* go(() => promised));
    assert.equal(now(), 30);
  });
});

test("with nothing to do it completes at once; any iterable will do", async () => {
  await simulate(function* () {
    assert.deepEqual(yield* settle([]), []);
    assert.deepEqual(yield* settle(new Set([always(1)])), [{ status: "fulfilled", value: 1 }]);
    assert.equal(now(), 0);
  });
});

test("an operation that cancels itself is rejected with TaskCancelledError", async () => {
  await simulate(function* () {
    const quits = function* (): Operation<void> {
      currentTask().cancel("enough");
      yield* never;
    };
    const [quit, other] = yield* settle<Operation<unknown>>([quits(), after(5, "other")]);
    assert.ok(quit?.status === "rejected" && quit.reason instanceof TaskCancelledError);
    assert.equal(quit.reason.reason, "enough");
    assert.deepEqual(other, { status: "fulfilled", value: "other" });
  });
});

test("what an operation has started belongs to it: it ends before, and fails it", async () => {
  await simulate(function* () {
    const boom = new RangeError("boom");
    const starting = function* (op: Operation<unknown>): Operation<string> {
      go(() => op);
      return "returned";
    };
    assert.deepEqual(yield* settle([starting(after(20, 1)), starting(failsAfter(10, boom))]), [
      { status: "fulfilled", value: "returned" },
      { status: "rejected", reason: boom },
    ]);
    assert.equal(now(), 20);
  });
});

test("several failures of one operation are one AggregateError", async () => {
  await simulate(function* () {
    const errors = [new Error("a"), new Error("b")];
    const fails = function* (): Operation<void> {
      for (const error of errors) {
        go(function* () {
          yield* shield(sleep(1));
          throw error;
        });
      }
      yield* sleep(0);
    };
    const [got] = yield* settle([fails()]);
    assert.ok(got?.status === "rejected" && got.reason instanceof AggregateError);
    assert.deepEqual(got.reason.errors, errors);
  });
});

test("cancellation from outside reaches all of them, and their cleanup is awaited", async () => {
  await simulate(function* () {
    const log: unknown[] = [];
    const cleans = function* (): Operation<void> {
      log.push((yield* caught(Cancelled, never)).reason);
      yield* shield(sleep(10));
    };
    const task = go(() => settle([cleans(), cleans(), failsAfter(1, new Error("lived with"))]));
    yield* sleep(5);
    task.cancel("stop");
    assert.equal((yield* caught(TaskCancelledError, task)).reason, "stop");
    assert.deepEqual(log, ["stop", "stop"]);
    assert.equal(now(), 15);
  });
});

test("settle is used again, and by two tasks at once; a bare generator serves once", async () => {
  await simulate(function* () {
    const ch = channel<number>(8);
    for (let n = 0; n < 6; n++) ch.trySend(n);
    const op = settle([ch.receive(), timeout(1, never)]);
    const tasks = [go(() => op), go(() => op)];
    for (const task of tasks) assert.equal((yield* task)[0]?.status, "fulfilled");
    assert.equal((yield* op)[1]?.status, "rejected");
    assert.equal(ch.length, 3);
    const once = settle([after(1, 1)]);
    assert.deepEqual(yield* once, [{ status: "fulfilled", value: 1 }]);
    const [again] = yield* once;
    assert.ok(again?.status === "rejected" && again.reason instanceof MisuseError);
  });
});

test("what is no operation is misuse at the call, and nothing is started", async () => {
  await simulate(function* () {
    const ch = channel<number>(1);
    // biome-ignore lint/suspicious/noExplicitAny: what callers without types do
    const loose = settle as any;
    for (const wrong of [undefined, 5, Promise.resolve(), [], function* () {}])
      assert.match(thrown(MisuseError, () => loose([ch.send(1), wrong])).message, /^settle: expected an operation/);
    for (const wrong of [undefined, null, 5, "ab", {}, { a: always(1) }])
      assert.match(thrown(MisuseError, () => loose(wrong)).message, /^settle: expected an array of operations/);
    yield* sleep(1);
    assert.equal(ch.length, 0);
  });
});
