// A ticker whose beats were more than a number can count looked for the latest of them for ever.

import assert from "node:assert/strict";
import { test } from "node:test";
import { go, select, sleep, ticker } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";

test("a period next to nothing counts as a microsecond", async () => {
  await simulate(function* () {
    for (const ms of [Number.MIN_VALUE, 1e-300, 1e-9]) {
      const beats = ticker(ms);
      yield* sleep(1_000);
      yield* beats.receive();
      assert.ok(beats.missed >= 999_998 && beats.missed <= 1_000_000, `${beats.missed}`);
    }
  });
});

test("a ticker whose beats are beyond counting still beats, and hangs nobody", async () => {
  await simulate(function* () {
    const beats = ticker(0.001);
    yield* sleep(2 ** 52);
    const before = yield* beats.receive();
    assert.ok(Math.abs(before - 2 ** 52) < 2, `${before}`);
    const tasks = [go(() => beats.receive()), go(() => select([beats.next()])), go(() => beats.receive())];
    for (const task of tasks) yield* task;
  });
});
