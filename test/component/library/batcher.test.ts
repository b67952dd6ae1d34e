// batcher: by count, by time, by both; what is left at the end.

import assert from "node:assert/strict";
import { test } from "node:test";
import { MisuseError, now, type Operation } from "offshoot";
import { batcher, pipeline, sequence, transformer } from "offshoot/component";
import { simulate } from "offshoot/testing";
import { thrown } from "../../support/caught.ts";
import { all, Collector, Timed, through } from "../../support/feeding.ts";

/** Batches, and when each came. */
function* timed(plan: [number, string][], options: { count?: number; ms?: number }): Operation<string[]> {
  const start = now();
  return yield* all(
    new Timed(plan),
    batcher<string>(options),
    transformer((batch: readonly string[]) => `${now() - start}: ${batch.join("")}`),
  );
}

test("a batch is given when it is full, and what is left at the end", async () => {
  await simulate(function* () {
    assert.deepEqual(yield* through([1, 2, 3, 4, 5], batcher<number>({ count: 2 })), [[1, 2], [3, 4], [5]]);
    assert.deepEqual(yield* through([1, 2], batcher<number>({ count: 2 })), [[1, 2]]);
    assert.deepEqual(yield* through([], batcher<number>({ count: 2 })), []);
  });
});

test("a batch is given so long after its first message", async () => {
  await simulate(function* () {
    const plan: [number, string][] = [
      [0, "a"],
      [30, "b"],
      [50, "c"],
      [100, "d"],
      [0, "e"],
      [500, "f"],
    ];
    assert.deepEqual(yield* timed(plan, { ms: 50 }), ["50: ab", "130: c", "230: de", "680: f"]);
  });
});

test("with both, whichever is sooner gives the batch, and the time counts from the next message", async () => {
  await simulate(function* () {
    const plan: [number, string][] = [
      [0, "a"],
      [10, "b"],
      [20, "c"],
      [40, "d"],
      [100, "e"],
    ];
    assert.deepEqual(yield* timed(plan, { count: 2, ms: 50 }), ["10: ab", "70: cd", "170: e"]);
  });
});

test("a batch that is due is given although messages keep coming", async () => {
  await simulate(function* () {
    const plan = Array.from({ length: 100 }, (): [number, string] => [1, "x"]);
    const batches = yield* timed(plan, { ms: 10 });
    assert.ok(batches.length >= 9, `${batches.length} batches`);
  });
});

test("batches wait for room: no message is lost", async () => {
  await simulate(function* () {
    const collector = new Collector<readonly number[]>(100);
    const messages = Array.from({ length: 20 }, (_, i) => i);
    yield* pipeline(sequence(messages), batcher<number>({ count: 3, ms: 5 }), 1, collector);
    assert.deepEqual(collector.got.flat(), messages);
  });
});

test("a batcher without a limit is refused, and so are limits that make no sense", () => {
  for (const options of [{}, { count: 0 }, { count: 1.5 }, { ms: -1 }, { ms: Number.NaN }, { count: Infinity }]) {
    const error = thrown(MisuseError, () => batcher(options));
    assert.match(error.message, /^batcher: /);
  }
});
