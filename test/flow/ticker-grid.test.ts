// ticker: the grid is exact, whatever the period, however long it runs, and however long the steps between are.

import assert from "node:assert/strict";
import { test } from "node:test";
import { now, sleep, ticker } from "offshoot";
import { Random } from "../../src/base/random.ts";
import { simulate } from "../../src/testing/simulate.ts";
import { lasts } from "../support/clock.ts";

for (const period of [0.1, 0.3, 1 / 3, 0.001, 7.7, 1e6 / 7]) {
  test(`the n-th beat of a ticker of ${period} ms is due at n times that, a hundred thousand times`, async () => {
    await simulate(function* () {
      yield* sleep(1_000.1);
      const origin = now();
      const t = ticker(period);
      for (let n = 1; n <= 100_000; n++) {
        const at = yield* t.receive();
        if (at !== origin + n * period || at !== now()) assert.fail(`beat ${n} at ${now()} was due ${at}`);
      }
      assert.equal(t.missed, 0);
    });
  });
}

test("a beat is received exactly when it is due, also far from where the grid began", async () => {
  await simulate(function* () {
    const t = ticker(0.1);
    for (let i = 0; i < 200; i++) {
      yield* sleep(1e7 + i * 0.37);
      yield* t.receive();
      const before = t.missed;
      const at = yield* t.receive();
      assert.ok(at === now() && t.missed === before, `at ${now()}, due ${at}, missed ${t.missed - before}`);
    }
  });
});

test("every beat is received or missed, in steps and pauses of any length", async () => {
  for (let seed = 1; seed <= 50; seed++) {
    await simulate(function* () {
      const random = new Random(seed);
      const period = (random.below(100) + 1) / 10;
      const t = ticker(period);
      let received = 0;
      let last = 0;
      for (let i = 0; i < 500; i++) {
        if (random.below(3) === 0) lasts(random.below(300) / 10);
        if (random.below(3) === 0) yield* sleep(random.below(300) / 10);
        const at = yield* t.receive();
        received++;
        const n = Math.round(at / period);
        assert.equal(at, n * period);
        assert.ok(at > last && at <= now() && now() < (n + 1) * period, `at ${now()}: ${at} after ${last}`);
        assert.equal(received + t.missed, n);
        last = at;
      }
    });
  }
});
