// Which case a select takes when several are ready: each as likely as the others, drawn from the seed of the run. And what it evaluates on the way.

import assert from "node:assert/strict";
import { test } from "node:test";
import { always, channel, go, type Operation, run, type Selectable, select, selectNow } from "offshoot";
import { simulate } from "../../../src/testing/simulate.ts";

/** Pearson's chi-squared of counts that ought to be in these proportions. */
function chiSquared(counts: readonly number[], weights: readonly number[] = counts.map(() => 1)): number {
  const total = counts.reduce((a, b) => a + b, 0);
  const weight = weights.reduce((a, b) => a + b, 0);
  return counts.reduce((sum, count, i) => {
    const expected = (total * (weights[i] as number)) / weight;
    return sum + (count - expected) ** 2 / expected;
  }, 0);
}

const PICKS = 30_000;
// Beyond these lies one run in a thousand; the seeds are fixed, so the answer is always the same.
const LIMIT_1 = 10.83; // one degree of freedom
const LIMIT_2 = 13.82; // two
const LIMIT_7 = 24.32; // seven

for (const seed of [1, 2, 3]) {
  test(`among 3 ready receives the choice is uniform (seed ${seed})`, async () => {
    const counts = await run(
      function* () {
        const channels = [channel<number>(1), channel<number>(1), channel<number>(1)] as const;
        const counts = [0, 0, 0];
        for (const [i, c] of channels.entries()) yield* c.send(i);
        for (let n = 0; n < PICKS; n++) {
          const { key, value } = yield* select([channels[0].receive(), channels[1].receive(), channels[2].receive()]);
          assert.equal(value, key);
          counts[key]!++;
          yield* channels[key]!.send(key);
        }
        return counts;
      },
      { seed },
    );
    assert.ok(chiSquared(counts) < LIMIT_2, `${counts}`);
  });

  test(`among a ready send, receive and always the choice is uniform (seed ${seed})`, async () => {
    const counts = await run(
      function* () {
        const full = channel<number>(1);
        const empty = channel<number>(1);
        const counts = { take: 0, give: 0, idle: 0 };
        yield* full.send(0);
        for (let n = 0; n < PICKS; n++) {
          const { key } = yield* select({ take: full.receive(), give: empty.send(1), idle: always(0) });
          counts[key]++;
          if (key === "take") yield* full.send(0);
          else if (key === "give") yield* empty.receive();
        }
        return Object.values(counts);
      },
      { seed },
    );
    assert.ok(chiSquared(counts) < LIMIT_2, `${counts}`);
  });

  test(`selectNow chooses as select does (seed ${seed})`, async () => {
    const counts = await run(
      function* (): Operation<number[]> {
        const counts = [0, 0, 0];
        for (let n = 0; n < PICKS; n++) counts[selectNow([always(0), always(1), always(2)])!.key]!++;
        return counts;
      },
      { seed },
    );
    assert.ok(chiSquared(counts) < LIMIT_2, `${counts}`);
  });
}

test("the same channel in two cases counts twice", async () => {
  const counts = await run(
    function* () {
      const a = channel<string>(1);
      const b = channel<string>(1);
      const counts = { a: 0, b: 0 };
      yield* a.send("a");
      yield* b.send("b");
      for (let n = 0; n < PICKS; n++) {
        const got = yield* select({ a: a.receive(), again: a.receive(), b: b.receive() });
        const from = got.key === "b" ? "b" : "a";
        counts[from]++;
        yield* (from === "a" ? a : b).send(from);
      }
      return [counts.a, counts.b];
    },
    { seed: 4 },
  );
  assert.ok(chiSquared(counts, [2, 1]) < LIMIT_1, `${counts}`);
});

test("cases that are not ready take no part in the choice, wherever they stand", async () => {
  const counts = await run(
    function* (): Operation<number[]> {
      const silent = channel<number>();
      const counts = [0, 0, 0, 0, 0];
      for (let n = 0; n < PICKS; n++) {
        const cases: Selectable<number>[] = [
          silent.receive(),
          always(1),
          silent.receive(),
          always(3),
          silent.receive(),
        ];
        counts[(yield* select(cases)).key]!++;
      }
      return counts;
    },
    { seed: 5 },
  );
  assert.deepEqual([counts[0], counts[2], counts[4]], [0, 0, 0]);
  assert.ok(chiSquared([counts[1]!, counts[3]!]) < LIMIT_1, `${counts}`);
});

test("successive choices are independent: all eight sequences of three turn up as often", async () => {
  const counts = await run(
    function* (): Operation<number[]> {
      const counts = Array<number>(8).fill(0);
      for (let n = 0; n < PICKS; n++) {
        let word = 0;
        for (let i = 0; i < 3; i++) word = word * 2 + (yield* select([always(0), always(1)])).key;
        counts[word]!++;
      }
      return counts;
    },
    { seed: 6 },
  );
  assert.ok(chiSquared(counts) < LIMIT_7, `${counts}`);
});

test("the seed decides: the same seed chooses the same, another seed otherwise", async () => {
  const picks = (seed: number): Promise<string> =>
    run(
      function* () {
        let word = "";
        for (let n = 0; n < 64; n++) word += (yield* select([always(0), always(1), always(2)])).key;
        return word;
      },
      { seed },
    );
  const first = await picks(7);
  assert.equal(await picks(7), first);
  assert.notEqual(await picks(8), first);
});

test("priority takes the first ready case in the order written, every time", async () => {
  const keys = await simulate(function* () {
    const silent = channel<number>();
    const keys = new Set<string>();
    for (let n = 0; n < 1_000; n++) {
      keys.add((yield* select({ z: silent.receive(), b: always(1), a: always(2) }, { priority: true })).key);
    }
    return [...keys];
  });
  assert.deepEqual(keys, ["b"]);
});

test("without priority none of two cases that are always ready is starved for long", async () => {
  const longest = await run(
    function* () {
      let longest = 0;
      let since = 0;
      for (let n = 0; n < 10_000; n++) {
        since = (yield* select({ a: always(0), b: always(1) })).key === "a" ? since + 1 : 0;
        longest = Math.max(longest, since);
      }
      return longest;
    },
    { seed: 9 },
  );
  assert.ok(longest < 30, `${longest} times in a row`);
});

test("the expressions of all cases are evaluated exactly once, in the order written, before the choice", async () => {
  const log: string[] = [];
  const seen = <T>(name: string, value: T): T => {
    log.push(name);
    return value;
  };
  await simulate(function* () {
    const a = channel<number>(1);
    const b = channel<number>(1);
    yield* b.send(1);
    const got = yield* select({
      first: seen("channel a", a).send(seen("value 1", 10)),
      second: seen("channel b", b).receive(),
      third: seen("channel b again", b).send(seen("value 2", 20)),
    });
    log.push("chosen");
    assert.ok(got.key === "first" || got.key === "second");
    assert.deepEqual([a.length, b.length], got.key === "first" ? [1, 1] : [0, 0]);
  });
  assert.deepEqual(log, ["channel a", "value 1", "channel b", "channel b again", "value 2", "chosen"]);
});

test("the values of losing sends are never given, and losing receives take nothing", async () => {
  await simulate(function* () {
    const sinks = [channel<number>(1_000), channel<number>(1_000), channel<number>(1_000)];
    let sum = 0;
    for (let n = 0; n < 1_000; n++) {
      yield* select(sinks.map((sink) => sink.send(n)));
      sum += n;
    }
    assert.equal(
      sinks.reduce((total, sink) => total + sink.length, 0),
      1_000,
    );
    let left = 1_000;
    while (left > 0) {
      const { value } = yield* select(sinks.map((sink) => sink.receive()));
      sum -= value;
      left--;
      assert.equal(
        sinks.reduce((total, sink) => total + sink.length, 0),
        left,
      );
    }
    assert.equal(sum, 0);
  });
});

test("the choice is made among what is ready when the turn comes, with other tasks at work", async () => {
  const from = await simulate(function* () {
    const a = channel<string>();
    const b = channel<string>();
    const from = { a: 0, b: 0 };
    for (const [name, c] of [
      ["a", a],
      ["b", b],
    ] as const) {
      go(function* () {
        for (let n = 0; n < 200; n++) yield* c.send(name);
      });
    }
    for (let n = 0; n < 400; n++) from[(yield* select({ a: a.receive(), b: b.receive() })).key]++;
    return from;
  });
  assert.deepEqual(from, { a: 200, b: 200 });
});
