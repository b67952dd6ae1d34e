// map: results, places, and the calls of its function. Where items come from is in map-sources.test.ts, what failures do in map-failures.test.ts.

import assert from "node:assert/strict";
import { test } from "node:test";
import { always, channel, currentTask, go, MisuseError, map, now, type Operation, sleep, yieldNow } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught, thrown } from "../support/caught.ts";
import { lasts } from "../support/clock.ts";

/** Counts how many are inside at once. */
class Gauge {
  now = 0;
  most = 0;

  *inside<T>(op: Operation<T>): Operation<T> {
    this.most = Math.max(this.most, ++this.now);
    try {
      return yield* op;
    } finally {
      this.now--;
    }
  }
}

test("results come in the order of the items, whatever ends first, and the index is passed", async () => {
  await simulate(function* () {
    const got = yield* map(
      [30, 10, 20, 5],
      function* (ms, index) {
        yield* sleep(ms);
        return `${index}: ${ms}`;
      },
      { concurrency: 4 },
    );
    assert.deepEqual(got, ["0: 30", "1: 10", "2: 20", "3: 5"]);
    assert.equal(now(), 30);
  });
});

for (const concurrency of [1, 2, 3, 7, 100, Number.POSITIVE_INFINITY]) {
  test(`with concurrency ${concurrency} there are as many at once as there may be, and never more`, async () => {
    await simulate(function* () {
      const gauge = new Gauge();
      const items = Array.from({ length: 20 }, (_, i) => i);
      const got = yield* map(items, (i) => gauge.inside(sleep(1 + ((i * 7) % 5)).map(() => i)), { concurrency });
      assert.deepEqual(got, items);
      assert.equal(gauge.most, Math.min(concurrency, 20));
    });
  });
}

test("a place is free only when what the call has started has ended", async () => {
  await simulate(function* () {
    const gauge = new Gauge();
    const log: string[] = [];
    yield* map(
      ["a", "b", "c", "d"],
      function* (item) {
        log.push(`${item} at ${now()}`);
        go(() => gauge.inside(sleep(10)));
        yield* yieldNow();
      },
      { concurrency: 2 },
    );
    assert.equal(gauge.most, 2);
    assert.deepEqual(log, ["a at 0", "b at 0", "c at 10", "d at 10"]);
    assert.equal(now(), 20);
  });
});

test("with one place, calls follow each other as in a loop", async () => {
  await simulate(function* () {
    const log: string[] = [];
    yield* map(
      "abc",
      function* (item) {
        log.push(`${item} begins`);
        yield* sleep(1);
        log.push(`${item} ends`);
      },
      { concurrency: 1 },
    );
    assert.deepEqual(log, ["a begins", "a ends", "b begins", "b ends", "c begins", "c ends"]);
  });
});

test("a free place takes the next item: a slow call holds up only its own", async () => {
  await simulate(function* () {
    const begun: string[] = [];
    yield* map(
      [100, 10, 10, 10, 10],
      function* (ms, i) {
        begun.push(`${i} at ${now()}`);
        yield* sleep(ms);
      },
      { concurrency: 2 },
    );
    assert.deepEqual(begun, ["0 at 0", "1 at 0", "2 at 10", "3 at 20", "4 at 30"]);
    assert.equal(now(), 100);
  });
});

test("the function may be a generator function, async, plain, or answer an operation", async () => {
  await simulate(function* () {
    const ch = channel<number>(3);
    for (const n of [7, 8, 9]) ch.trySend(n);
    const options = { concurrency: 2 };
    assert.deepEqual(yield* map([1, 2], (n) => n * 2, options), [2, 4]);
    assert.deepEqual(yield* map([1, 2], async (n) => n * 3, options), [3, 6]);
    assert.deepEqual(yield* map([1, 2], (n) => always(n * 4), options), [4, 8]);
    assert.deepEqual(yield* map([1, 2, 3], () => ch.receive(), options), [7, 8, 9]);
    assert.deepEqual(yield* map([1, 2], (n) => map([n, n], (m) => m + 1, options), options), [
      [2, 2],
      [3, 3],
    ]);
    assert.deepEqual(yield* map([], (n) => n, options), []);
    const task = go(() => "joined");
    assert.deepEqual(yield* map([task], (one) => one, options), ["joined"]);
  });
});

test("an async function can start tasks before its first await, and they belong to its call", async () => {
  await simulate(function* () {
    const got = yield* map(
      [1, 2],
      async (n) => {
        const me = currentTask();
        const child = go(() => sleep(n).map(() => n));
        await null;
        return (await child) + (await me.run(sleep(1).map(() => 10)));
      },
      { concurrency: 2 },
    );
    assert.deepEqual(got, [11, 12]);
  });
});

test("map is used again, and by two tasks at once", async () => {
  await simulate(function* () {
    const op = map([3, 1, 2], (ms) => sleep(ms).map(() => ms), { concurrency: 2 });
    assert.deepEqual(yield* op, [3, 1, 2]);
    for (const task of [go(() => op), go(() => op)]) assert.deepEqual(yield* task, [3, 1, 2]);
    assert.equal(now(), 6);
  });
});

test("a hundred thousand plain items keep no task from its turn", async () => {
  await simulate(function* () {
    for (const concurrency of [1, 8, Number.POSITIVE_INFINITY]) {
      let turns = 0;
      const other = go(function* () {
        for (;;) {
          yield* yieldNow();
          turns++;
        }
      });
      const items = Array.from({ length: 100_000 }, (_, i) => i);
      const got = yield* map(items, (i) => i + 1, { concurrency });
      other.cancel();
      assert.equal(got.length, 100_000);
      assert.equal(got[99_999], 100_000);
      assert.ok(turns >= (concurrency === 1 ? 500 : 30), `${turns} turns of another task`);
    }
  });
});

test("nor do they keep a timer waiting", async () => {
  await simulate(function* () {
    const beats: number[] = [];
    const beating = go(function* () {
      for (;;) {
        yield* sleep(10);
        beats.push(now());
      }
    });
    const items = Array.from({ length: 100_000 }, (_, i) => i);
    for (const concurrency of [1, 8]) yield* map(items, () => lasts(0.001), { concurrency });
    beating.cancel();
    assert.ok(beats.length >= 17, `${beats}`);
    for (const [i, at] of beats.entries()) assert.ok(at - (i === 0 ? 0 : (beats[i - 1] as number)) < 13, `${beats}`);
  });
});

test("a body that forgets the star is told", async () => {
  await simulate(function* () {
    const forgets = async (): Promise<unknown> => ({ inner: sleep(1) }).inner.map(() => 1) as unknown;
    yield* map([1], forgets, { concurrency: 1 });
    // biome-ignore lint/suspicious/noExplicitAny: what callers without types do
    const starless = function* (): any {
      return sleep(1);
    };
    assert.match(
      (yield* caught(MisuseError, map([1], starless, { concurrency: 1 }))).message,
      /^map: the body returned an operation that never ran \(sleep\)/,
    );
  });
});

test("what is no concurrency, no function or no items is misuse at the call", () => {
  // biome-ignore lint/suspicious/noExplicitAny: what callers without types do
  const loose = map as any;
  for (const concurrency of [0, -1, 1.5, Number.NaN, "2", undefined, null, Number.NEGATIVE_INFINITY, 2n])
    assert.match(thrown(MisuseError, () => loose([1], always, { concurrency })).message, /^map: concurrency must be a/);
  for (const options of [undefined, null, {}, 4])
    assert.match(thrown(MisuseError, () => loose([1], always, options)).message, /^map: concurrency must be a/);
  for (const items of [undefined, null, 5, {}, () => {}, Promise.resolve([])])
    assert.match(
      thrown(MisuseError, () => loose(items, always, { concurrency: 1 })).message,
      /^map: the items must be an iterable or an async iterable/,
    );
  for (const f of [undefined, null, 5, sleep(1), {}])
    assert.match(
      thrown(MisuseError, () => loose([1], f, { concurrency: 1 })).message,
      /^map: the body must be a function/,
    );
});
