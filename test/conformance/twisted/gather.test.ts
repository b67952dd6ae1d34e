// Twisted's DeferredList, gatherResults and race are settle, all, any and race. What hung there (nothing to wait for, first success) is misuse here.

import assert from "node:assert/strict";
import { test } from "node:test";
import { all, always, any, MisuseError, never, now, type Operation, race, settle, shield, sleep } from "offshoot";
import { simulate } from "../../../src/testing/simulate.ts";
import { caught, thrown } from "../../support/caught.ts";

function* fires<T>(ms: number, value: T): Operation<T> {
  yield* sleep(ms);
  return value;
}

function* breaks(ms: number, message: string): Operation<never> {
  yield* sleep(ms);
  throw new RangeError(message);
}

/** Waits for ever, and notes when it was cancelled. */
function* waits(log: string[], name: string): Operation<never> {
  try {
    return yield* never;
  } finally {
    yield* shield(sleep(1));
    log.push(`${name} at ${now()}`);
  }
}

test("a list of outcomes in the order given, successes and failures alike", async () => {
  await simulate(function* () {
    const outcomes = yield* settle([fires(3, "a"), breaks(1, "b"), always("c")]);
    assert.deepEqual(
      outcomes.map((outcome) => (outcome.status === "fulfilled" ? outcome.value : (outcome.reason as Error).message)),
      ["a", "b", "c"],
    );
    assert.deepEqual(yield* settle([]), []);
  });
});

test("results gathered: all of them, or the first failure, itself and not wrapped", async () => {
  await simulate(function* () {
    assert.deepEqual(yield* all([fires(3, 1), fires(1, 2)]), [1, 2]);
    assert.deepEqual(yield* all([]), []);
    const log: string[] = [];
    const error = yield* caught(RangeError, all([waits(log, "a"), breaks(5, "boom"), waits(log, "b")]));
    assert.equal(error.message, "boom");
    assert.deepEqual(log, ["a at 9", "b at 9"]); // none goes on behind one's back
  });
});

test("the first success, with the index if it is wanted", async () => {
  await simulate(function* () {
    const indexed = <T>(ops: Operation<T>[]): Operation<[number, T]>[] =>
      ops.map((op, i) =>
        (function* (): Operation<[number, T]> {
          return [i, yield* op];
        })(),
      );
    assert.deepEqual(yield* any(indexed([breaks(1, "x"), fires(9, "slow"), fires(3, "fast")])), [2, "fast"]);
    assert.deepEqual(yield* race(indexed([fires(9, "slow"), fires(3, "fast")])), [1, "fast"]);
  });
});

test("the losers of a race are cancelled, and gone when it is over", async () => {
  await simulate(function* () {
    const log: string[] = [];
    assert.equal(yield* race([waits(log, "a"), fires(5, "won"), waits(log, "b")]), "won");
    assert.deepEqual(log, ["a at 6", "b at 6"]);
  });
});

test("if all fail, all failures are told", async () => {
  await simulate(function* () {
    const error = yield* caught(AggregateError, any([breaks(3, "a"), breaks(1, "b")]));
    assert.deepEqual(
      error.errors.map((one: Error) => one.message),
      ["a", "b"],
    );
  });
});

test("cancelling the whole cancels each", async () => {
  await simulate(function* () {
    for (const whole of [all, settle, race, any] as ((ops: Operation<unknown>[]) => Operation<unknown>)[]) {
      const log: string[] = [];
      yield* race([whole([waits(log, "a"), waits(log, "b")]), sleep(5)]);
      assert.equal(log.length, 2);
    }
  });
});

test("what would wait for ever is misuse at once", () => {
  thrown(MisuseError, () => race([]));
  thrown(MisuseError, () => any([]));
});
