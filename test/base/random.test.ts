// Seeded random numbers: the same again for the same seed, and evenly spread.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../../src/base/random.ts";

const take = (seed: number, n: number): number[] => {
  const random = new Random(seed);
  return Array.from({ length: n }, () => random.next());
};

test("the same seed gives the same numbers, another seed gives others", () => {
  assert.deepEqual(take(42, 100), take(42, 100));
  assert.notDeepEqual(take(42, 4), take(43, 4));
});

test("neighbouring seeds have nothing in common from the first number on", () => {
  const firsts = new Set(Array.from({ length: 1_000 }, (_, seed) => take(seed, 1)[0]));
  assert.ok(firsts.size >= 999, `${firsts.size}`);
});

test("numbers are unsigned integers of 32 bits", () => {
  for (const n of take(-1, 1_000)) assert.ok(Number.isInteger(n) && n >= 0 && n < 2 ** 32, `${n}`);
});

for (const n of [2, 3, 7, 16]) {
  test(`below(${n}) is even by the chi-squared test`, () => {
    const random = new Random(2024);
    const counts = new Array<number>(n).fill(0);
    const draws = 20_000 * n;
    for (let i = 0; i < draws; i++) {
      const drawn = random.below(n);
      counts[drawn] = (counts[drawn] as number) + 1;
    }
    const expected = draws / n;
    const chi = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    const limit = n - 1 + 4 * Math.sqrt(2 * (n - 1)); // four standard deviations above the mean
    assert.ok(chi < limit, `${chi} against ${limit}`);
  });
}

test("below(1) is 0, and a fraction of the seed is dropped", () => {
  const random = new Random(1);
  for (let i = 0; i < 100; i++) assert.equal(random.below(1), 0);
  assert.deepEqual(take(1.75, 3), take(1, 3));
});
