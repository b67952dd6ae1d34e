// restart: the waits between attempts, on virtual time.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Backoff, go, now, type Operation, restart, run, sleep, yieldNow } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught } from "../support/caught.ts";

/** The waits before each attempt but the first, as they were told and as they were. */
function* waits(attempts: number, backoff: Backoff | false | undefined): Operation<number[]> {
  const told: number[] = [];
  const begun: number[] = [];
  const body = function* (): Operation<void> {
    begun.push(now());
    throw new RangeError("boom");
  };
  const onRestart = (_: unknown, attempt: number, delay: number): void => {
    assert.equal(attempt, told.length + 1);
    told.push(delay);
  };
  yield* caught(RangeError, restart(body, { attempts, backoff, onRestart }));
  const were = begun.slice(1).map((at, i) => at - (begun[i] as number));
  assert.equal(told.length, attempts - 1);
  for (const [i, wait] of told.entries()) assert.ok(Math.abs(wait - (were[i] as number)) < 1e-6);
  return told;
}

test("waits grow by the factor, up to the longest", async () => {
  await simulate(function* () {
    assert.deepEqual(yield* waits(8, { jitter: 0 }), [100, 200, 400, 800, 1_600, 3_200, 6_400]);
    assert.deepEqual(yield* waits(7, { jitter: 0, initial: 10, factor: 3, max: 500 }), [10, 30, 90, 270, 500, 500]);
    assert.deepEqual(yield* waits(4, { jitter: 0, initial: 7, factor: 1 }), [7, 7, 7]);
    assert.deepEqual(yield* waits(4, { jitter: 0, initial: 900, max: 50 }), [50, 50, 50]);
    assert.equal((yield* waits(12, { jitter: 0 })).at(-1), 30_000);
  });
});

test("without a backoff there are no waits, and an initial one of 0 stays 0", async () => {
  await simulate(function* () {
    const start = now();
    assert.deepEqual(yield* waits(4, false), [0, 0, 0]);
    assert.deepEqual(yield* waits(4, { initial: 0 }), [0, 0, 0]);
    assert.deepEqual(yield* waits(4, { max: 0 }), [0, 0, 0]);
    assert.equal(now(), start);
  });
});

test("chance takes no more than its share of a wait, and half of it unless told", async () => {
  await simulate(function* () {
    for (const [jitter, least] of [
      [undefined, 0.5],
      [0.5, 0.5],
      [0.1, 0.9],
      [1, 0],
    ] as const) {
      const told = yield* waits(500, { initial: 100, factor: 1, jitter });
      for (const wait of told) assert.ok(wait > 100 * least - 1e-9 && wait <= 100, `${wait}`);
      const spread = Math.max(...told) - Math.min(...told);
      assert.ok(spread > 90 * (1 - least), `${spread}`);
    }
  });
});

test("what grows is the wait without its chance", async () => {
  await simulate(function* () {
    const told = yield* waits(6, { initial: 100, factor: 2, jitter: 0.5 });
    for (const [i, wait] of told.entries()) assert.ok(wait >= 50 * 2 ** i && wait <= 100 * 2 ** i, `${told}`);
  });
});

test("the chance is drawn from the seed of the run", async () => {
  const draw = (seed: number): Promise<number[]> => simulate(() => waits(5, {}), { seed });
  const [one, again, other] = [await draw(7), await draw(7), await draw(8)];
  assert.deepEqual(one, again);
  assert.notDeepEqual(one, other);
  const told: number[][] = [];
  for (let i = 0; i < 2; i++) {
    told.push([]);
    const body = (attempt: number): number => {
      if (attempt < 6) throw new Error("boom");
      return attempt;
    };
    const onRestart = (_: unknown, __: number, delay: number): void => void told[i]?.push(delay);
    await run(() => restart(body, { backoff: { initial: 0.01 }, onRestart }), { seed: 5 });
  }
  assert.deepEqual(told[0], told[1]);
});

test("an attempt that has lasted longer than the longest wait starts the waits afresh", async () => {
  await simulate(function* () {
    const told: number[] = [];
    const body = function* (attempt: number): Operation<void> {
      yield* sleep(attempt === 4 ? 1_001 : attempt === 6 ? 1_000 : 0);
      throw new RangeError("boom");
    };
    yield* caught(
      RangeError,
      restart(body, {
        attempts: 8,
        backoff: { initial: 100, max: 1_000, jitter: 0 },
        onRestart: (_, __, delay) => told.push(delay),
      }),
    );
    assert.deepEqual(told, [100, 200, 400, 100, 200, 400, 800]);
  });
});

test("ten thousand attempts without a wait keep no other task from its turn", async () => {
  await simulate(function* () {
    let turns = 0;
    const body = function* (attempt: number): Operation<number> {
      if (attempt < 10_000) throw new RangeError("boom");
      return attempt;
    };
    const other = go(function* () {
      for (;;) {
        yield* yieldNow();
        turns++;
      }
    });
    assert.equal(yield* restart(body, { backoff: false }), 10_000);
    other.cancel();
    assert.ok(turns > 50, `${turns}`);
  });
});
