// all: a failure cancels the others and is thrown, several are all told, and cancellation from outside reaches everything.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  all,
  Cancelled,
  channel,
  currentTask,
  EndOfChannel,
  go,
  never,
  now,
  type Operation,
  shield,
  sleep,
  TaskCancelledError,
} from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { cleansUp, failsAfter } from "../support/bodies.ts";
import { caught } from "../support/caught.ts";

test("a failure cancels the others, whose cleanup is awaited, and is thrown as it is", async () => {
  await simulate(function* () {
    const boom = new RangeError("boom");
    const log: unknown[] = [];
    const error = yield* caught(RangeError, all([cleansUp(log, 10), failsAfter(5, boom), cleansUp(log, 20)]));
    assert.equal(error, boom);
    assert.deepEqual(log, [boom, boom]);
    assert.equal(now(), 25);
  });
});

test("several failures are thrown together, in order of time, none lost and none twice", async () => {
  await simulate(function* () {
    const [first, second, third] = [new Error("first"), new Error("second"), new Error("third")];
    const ops = all({ a: cleansUp([], 20, third), b: failsAfter(5, first), c: cleansUp([], 10, second) });
    const error = yield* caught(AggregateError, ops);
    assert.deepEqual(error.errors, [first, second, third]);
    assert.match(error.message, /^all: 3 failures: .*first.*second.*third/);
    assert.equal(yield* caught(Error, all([cleansUp([], 1, first), failsAfter(1, first)])), first);
  });
});

test("a thrown value need not be an error", async () => {
  await simulate(function* () {
    for (const value of [undefined, null, 0, "text"]) {
      let thrown: unknown = "nothing";
      try {
        yield* all([failsAfter(1, value), never]);
      } catch (error) {
        thrown = error;
      }
      assert.equal(thrown, value);
    }
  });
});

test("a leaf that fails fails all", async () => {
  await simulate(function* () {
    const ch = channel<number>();
    ch.close();
    yield* caught(EndOfChannel, all([never, ch.receive()]));
    yield* caught(
      SyntaxError,
      all([
        never,
        sleep(1).map(() => {
          throw new SyntaxError("mapped");
        }),
      ]),
    );
  });
});

test("the failure of what an operation has started is one of all", async () => {
  await simulate(function* () {
    const boom = new RangeError("boom");
    const log: unknown[] = [];
    const starts = function* (): Operation<void> {
      go(() => failsAfter(5, boom));
      yield* sleep(1);
    };
    assert.equal(yield* caught(RangeError, all([starts(), cleansUp(log, 1)])), boom);
    assert.deepEqual(log, [boom]);
  });
});

test("after a failure those that have not begun never do", async () => {
  await simulate(function* () {
    const log: string[] = [];
    const logs = function* (): Operation<void> {
      log.push("begun");
    };
    const fails = function* (): Operation<void> {
      throw new RangeError("boom");
    };
    yield* caught(RangeError, all([fails(), logs()]));
    assert.deepEqual(log, []);
  });
});

test("an operation that cancels itself fails all with TaskCancelledError", async () => {
  await simulate(function* () {
    const log: unknown[] = [];
    const quits = function* (): Operation<void> {
      currentTask().cancel("enough");
      yield* sleep(1);
    };
    const error = yield* caught(TaskCancelledError, all([cleansUp(log, 1), quits()]));
    assert.equal(error.reason, "enough");
    assert.deepEqual(log, [error]);
  });
});

test("cancellation from outside reaches all operations and what they have started, again and again", async () => {
  await simulate(function* () {
    const reasons: unknown[] = [];
    const stubborn = function* (): Operation<void> {
      go(cleansUp, reasons, 5);
      for (let tries = 0; tries < 3; tries++) reasons.push((yield* caught(Cancelled, sleep(100))).reason);
      yield* sleep(100);
    };
    const task = go(() => all([stubborn(), cleansUp(reasons, 10)]));
    yield* sleep(1);
    task.cancel("stop");
    assert.equal((yield* caught(TaskCancelledError, task)).reason, "stop");
    assert.deepEqual(reasons, ["stop", "stop", "stop", "stop", "stop"]);
    assert.equal(now(), 11);
  });
});

test("cleanup that fails on cancellation is thrown instead", async () => {
  await simulate(function* () {
    const broken = new RangeError("cleanup");
    let seen: unknown;
    const task = go(function* () {
      try {
        yield* all([cleansUp([], 5, broken), never]);
      } catch (error) {
        seen = error;
        yield* caught(Cancelled, sleep(1));
      }
    });
    yield* sleep(1);
    task.cancel();
    yield* task;
    assert.equal(seen, broken);
  });
});

test("in a cancelled scope all throws before it has started anything", async () => {
  await simulate(function* () {
    const ch = channel<number>(1);
    const task = go(function* () {
      currentTask().cancel();
      yield* caught(Cancelled, all([]));
      yield* caught(Cancelled, all([ch.send(1)]));
      assert.deepEqual(yield* shield(all([ch.send(1)])), [undefined]);
    });
    yield* task;
    assert.equal(ch.length, 1);
  });
});
