// any: the first operation to succeed wins; if all fail, the errors are told in the order given.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  always,
  any,
  ClosedError,
  channel,
  currentTask,
  EndOfChannel,
  go,
  MisuseError,
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
import { after, cleansUp, failsAfter } from "../support/bodies.ts";
import { caught, thrown } from "../support/caught.ts";

test("the first to succeed wins, failures before it are lived with, and cleanup is awaited", async () => {
  await simulate(function* () {
    const log: unknown[] = [];
    const ops = [failsAfter(1, new Error("refused")), cleansUp(log, 7), after(10, "slow"), after(5, "fast")];
    assert.equal(yield* any(ops), "fast");
    assert.deepEqual(log, ["another operation was first"]);
    assert.equal(now(), 12);
  });
});

test("if all fail their errors are thrown in the order given, not in that of time", async () => {
  await simulate(function* () {
    const closed = channel<string>();
    closed.close();
    const [a, b, c] = [new Error("a"), new Error("b"), new Error("c")];
    const mapped = sleep(3).map((): never => {
      throw b;
    });
    const quits = function* (): Operation<void> {
      currentTask().cancel("enough");
      yield* never;
    };
    const ops: Operation<unknown>[] = [
      failsAfter(5, a),
      mapped,
      closed.receive(),
      quits(),
      closed.send("x"),
      failsAfter(1, c),
      timeout(2, never),
    ];
    const { errors, message } = yield* caught(AggregateError, any(ops));
    assert.deepEqual([errors[0], errors[1], errors[5]], [a, b, c]);
    assert.ok(errors[2] instanceof EndOfChannel);
    assert.ok(errors[3] instanceof TaskCancelledError && errors[3].reason === "enough");
    assert.ok(errors[4] instanceof ClosedError);
    assert.ok(errors[6] instanceof TimeoutError);
    assert.equal(errors.length, 7);
    assert.match(message, /^any: none of 7 operations has succeeded: /);
    assert.equal(now(), 5);
  });
});

test("leaves alone may fail too, one after the other", async () => {
  await simulate(function* () {
    const chs = [channel<number>(), channel<number>(), channel<number>()];
    const errors = chs.map((_, i) => new Error(`${i}`));
    go(function* () {
      for (const i of [1, 0, 2]) {
        yield* sleep(1);
        chs[i]?.close(errors[i]);
      }
    });
    assert.deepEqual((yield* caught(AggregateError, any(chs.map((ch) => ch.receive())))).errors, errors);
  });
});

test("a single operation that fails is told in an AggregateError as well", async () => {
  await simulate(function* () {
    const boom = new RangeError("boom");
    assert.deepEqual((yield* caught(AggregateError, any([failsAfter(1, boom)]))).errors, [boom]);
    const same = failsAfter(1, boom);
    assert.deepEqual((yield* caught(AggregateError, any([same, failsAfter(1, boom)]))).errors, [boom, boom]);
  });
});

test("a leaf that succeeds commits alone, whatever failed before it", async () => {
  await simulate(function* () {
    const [closed, a, b] = [channel<string>(1), channel<string>(1), channel<string>(1)];
    closed.close();
    a.trySend("a");
    b.trySend("b");
    for (const got of [
      yield* any([closed.receive(), a.receive(), b.receive()]),
      yield* any([failsAfter(1, 1), closed.receive(), a.receive(), b.receive()]),
    ])
      assert.ok(got === "a" || got === "b");
    assert.equal(a.length + b.length, 0);
  });
});

test("a mapped leaf whose function throws has committed, and has failed", async () => {
  await simulate(function* () {
    const ch = channel<number>(2);
    ch.trySend(1);
    const odd = ch.receive().map((): number => {
      throw new RangeError("odd");
    });
    assert.equal(yield* any([odd, shield(sleep(5).map(() => 7))]), 7);
    assert.equal(ch.length, 0);
  });
});

test("cleanup that fails once it is won is thrown instead; several are thrown together", async () => {
  await simulate(function* () {
    const [one, two] = [new Error("one"), new Error("two")];
    assert.equal(yield* caught(Error, any([after(5, "won"), cleansUp([], 1, one)])), one);
    const ops = [failsAfter(1, new Error("lived with")), cleansUp([], 9, two), after(5, "won"), cleansUp([], 1, one)];
    assert.deepEqual((yield* caught(AggregateError, any(ops))).errors, [one, two]);
  });
});

test("what an operation has started belongs to it", async () => {
  await simulate(function* () {
    const starting = function* (op: Operation<unknown>): Operation<string> {
      go(() => op);
      return "early";
    };
    assert.equal(yield* any([starting(failsAfter(5, new Error("child"))), starting(sleep(9)), after(20, 1)]), "early");
    assert.equal(now(), 9);
  });
});

test("cancellation from outside reaches all of them", async () => {
  await simulate(function* () {
    const log: unknown[] = [];
    const task = go(() => any([cleansUp(log, 10), failsAfter(1, new Error("lived with")), cleansUp(log, 5), never]));
    yield* sleep(2);
    task.cancel("stop");
    assert.equal((yield* caught(TaskCancelledError, task)).reason, "stop");
    assert.deepEqual(log, ["stop", "stop"]);
    assert.equal(now(), 12);
  });
});

test("any is used again, and by two tasks at once; a bare generator serves once", async () => {
  await simulate(function* () {
    const ch = channel<number>(8);
    for (let n = 0; n < 3; n++) ch.trySend(n);
    const op = any([ch.receive(), shield(timeout(1, never))]);
    assert.equal(yield* op, 0);
    const [one, two] = [go(() => op), go(() => op)];
    assert.deepEqual([yield* one, yield* two], [1, 2]);
    const once = any([after(1, "once")]);
    assert.equal(yield* once, "once");
    assert.ok((yield* caught(AggregateError, once)).errors[0] instanceof MisuseError);
  });
});

test("with nothing to succeed it is misuse at the call, and so is what is no operation", () => {
  assert.match(thrown(MisuseError, () => any([])).message, /^any: there is nothing to succeed/);
  // biome-ignore lint/suspicious/noExplicitAny: what callers without types do
  const loose = any as any;
  for (const wrong of [undefined, null, 5, Promise.resolve(), [], function* () {}, {}])
    assert.match(thrown(MisuseError, () => loose([always(1), wrong])).message, /^any: expected an operation/);
  for (const wrong of [undefined, null, 5, "ab", {}, () => {}])
    assert.match(thrown(MisuseError, () => loose(wrong)).message, /^any: expected an array of operations/);
});
