// race: the first operation to end wins, the others are cancelled, and their cleanup is awaited. What leaves do in it is in race-leaves.test.ts.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  currentTask,
  go,
  group,
  MisuseError,
  never,
  now,
  type Operation,
  race,
  shield,
  sleep,
  TaskCancelledError,
  yieldNow,
} from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { after, cleansUp, failsAfter } from "../support/bodies.ts";
import { caught, thrown } from "../support/caught.ts";

test("the first to end wins, and the cleanup of the others is awaited", async () => {
  await simulate(function* () {
    const log: unknown[] = [];
    assert.equal(yield* race([after(20, "slow"), cleansUp(log, 7), after(10, "fast")]), "fast");
    assert.deepEqual(log, ["another operation was first"]);
    assert.equal(now(), 17);
  });
});

test("an error wins as a result does", async () => {
  await simulate(function* () {
    const boom = new RangeError("boom");
    const log: unknown[] = [];
    assert.equal(yield* caught(RangeError, race([after(20, 1), failsAfter(10, boom), cleansUp(log, 7)])), boom);
    assert.equal(log.length, 1);
    assert.equal(now(), 17);
  });
});

test("a loser whose cleanup fails is thrown instead of the result; several losers together", async () => {
  await simulate(function* () {
    const [one, two] = [new Error("one"), new Error("two")];
    assert.equal(yield* caught(Error, race([after(5, "won"), cleansUp([], 1, one)])), one);
    const error = yield* caught(AggregateError, race([cleansUp([], 9, two), after(5, "won"), cleansUp([], 1, one)]));
    assert.deepEqual(error.errors, [one, two]);
    assert.match(error.message, /^race: 2 failures/);
  });
});

test("a loser whose cleanup fails is thrown together with an error that has won", async () => {
  await simulate(function* () {
    const [one, two] = [new Error("one"), new Error("two")];
    const error = yield* caught(AggregateError, race([cleansUp([], 1, two), failsAfter(5, one)]));
    assert.deepEqual(error.errors, [one, two]);
  });
});

test("a loser that ends normally although it was cancelled changes nothing", async () => {
  await simulate(function* () {
    const stays = function* (): Operation<string> {
      yield* shield(sleep(20));
      return "late";
    };
    assert.equal(yield* race([stays(), after(5, "first")]), "first");
    assert.equal(now(), 20);
  });
});

test("an operation that cancels itself ends the race with TaskCancelledError", async () => {
  await simulate(function* () {
    const log: unknown[] = [];
    const quits = function* (): Operation<void> {
      yield* sleep(1);
      currentTask().cancel("enough");
      yield* never;
    };
    assert.equal((yield* caught(TaskCancelledError, race([cleansUp(log, 2), quits()]))).reason, "enough");
    assert.deepEqual(log, ["another operation was first"]);
    assert.equal(now(), 3);
  });
});

test("an operation ends with what it has started: a child may let it come second, or fail it", async () => {
  await simulate(function* () {
    const log: string[] = [];
    const starting = function* (op: Operation<unknown>): Operation<string> {
      go(() => op);
      log.push("returned");
      return "early";
    };
    assert.equal(yield* race([starting(sleep(20)), after(10, "whole")]), "whole");
    assert.deepEqual(log, ["returned"]);
    assert.equal(now(), 10);
    const boom = new RangeError("boom");
    assert.equal(yield* caught(RangeError, race([starting(failsAfter(5, boom)), after(10, "whole")])), boom);
  });
});

test("of several that can end at once the first given wins, and the others never begin where it needs no turn", async () => {
  await simulate(function* () {
    const begun: number[] = [];
    const at = function* (i: number): Operation<number> {
      begun.push(i);
      return i;
    };
    assert.equal(yield* race([at(0), at(1), at(2)]), 0);
    assert.deepEqual(begun, [0]);
  });
});

test("cancellation from outside reaches all of them, with its reason", async () => {
  await simulate(function* () {
    const log: unknown[] = [];
    const task = go(() => race([cleansUp(log, 10), cleansUp(log, 5), sleep(1_000)]));
    yield* sleep(1);
    task.cancel("stop");
    assert.equal((yield* caught(TaskCancelledError, task)).reason, "stop");
    assert.deepEqual(log, ["stop", "stop"]);
    assert.equal(now(), 11);
  });
});

test("cleanup that fails on cancellation from outside is thrown", async () => {
  await simulate(function* () {
    const broken = new RangeError("cleanup");
    const seen: unknown[] = [];
    const task = go(function* () {
      try {
        yield* race([cleansUp([], 3, broken), never]);
      } catch (error) {
        seen.push(error);
      }
    });
    yield* yieldNow();
    yield* yieldNow();
    task.cancel();
    yield* task;
    assert.deepEqual(seen, [broken]);
  });
});

test("a race is used again, and by two tasks at once", async () => {
  await simulate(function* () {
    const op = race([group(() => after(5, "slow")), race([group(() => after(1, "fast")), shield(sleep(3))])]);
    assert.equal(yield* op, "fast");
    const start = now();
    const tasks = [go(() => op), go(() => op)];
    for (const task of tasks) assert.equal(yield* task, "fast");
    assert.equal(now() - start, 3); // the loser that is shielded takes its time
  });
});

test("a bare generator serves once, and only if it has been begun", async () => {
  await simulate(function* () {
    const op = race([after(1, "once"), sleep(5)]);
    assert.equal(yield* op, "once");
    assert.match((yield* caught(MisuseError, op)).message, /this generator has been used before/);
    const idle = race([shield(yieldNow()), after(1, "never begun")]);
    yield* idle;
  });
});

test("an empty race is misuse at the call, and so is what is no operation", async () => {
  await simulate(function* () {
    const begun: string[] = [];
    const begins = function* (): Operation<void> {
      begun.push("begun");
    };
    assert.match(thrown(MisuseError, () => race([])).message, /^race: there is nothing to race/);
    assert.match(
      thrown(MisuseError, () => race(new Set<Operation<void>>())).message,
      /^race: there is nothing to race/,
    );
    // biome-ignore lint/suspicious/noExplicitAny: what callers without types do
    const loose = race as any;
    for (const wrong of [undefined, null, 5, Promise.resolve(), [], function* () {}, {}])
      assert.match(thrown(MisuseError, () => loose([begins(), wrong])).message, /^race: expected an operation/);
    for (const wrong of [undefined, null, 5, "ab", {}, () => {}])
      assert.match(thrown(MisuseError, () => loose(wrong)).message, /^race: expected an array of operations/);
    yield* sleep(1);
    assert.deepEqual(begun, []);
  });
});

test("of a thousand operations one wins, and none is left", async () => {
  await simulate(function* () {
    let live = 0;
    const one = function* (i: number): Operation<number> {
      live++;
      try {
        yield* sleep(1_000 - i);
        return i;
      } finally {
        live--;
      }
    };
    assert.equal(yield* race(Array.from({ length: 1_000 }, (_, i) => one(i))), 999);
    assert.equal(live, 0);
  });
});
