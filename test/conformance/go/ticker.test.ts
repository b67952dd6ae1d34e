// Go's ticker: at most one tick waits, a slow reader loses ticks, Reset begins a new period, Stop does not close.

import assert from "node:assert/strict";
import { test } from "node:test";
import { go, MisuseError, now, select, selectNow, sleep, ticker } from "offshoot";
import { simulate } from "../../../src/testing/simulate.ts";
import { thrown } from "../../support/caught.ts";

test("ten ticks of a ticker take ten periods", async () => {
  await simulate(function* () {
    for (const period of [1, 10, 0.5]) {
      const start = now();
      const t = ticker(period);
      for (let i = 0; i < 10; i++) yield* t.receive();
      assert.equal(now() - start, 10 * period);
      t.stop();
    }
  });
});

test("at most one tick waits for a slow reader", async () => {
  await simulate(function* () {
    const t = ticker(10);
    yield* sleep(105);
    assert.notEqual(selectNow([t.receive()]), undefined);
    assert.equal(selectNow([t.receive()]), undefined);
    assert.equal(yield* t.receive(), 110);
  });
});

test("a reset during the run changes the period from then on", async () => {
  await simulate(function* () {
    const t = ticker(10);
    const got = [yield* t.receive(), yield* t.receive()];
    t.reset(25);
    got.push(yield* t.receive(), yield* t.receive());
    assert.deepEqual(got, [10, 20, 45, 70]);
  });
});

test("no tick comes after stop, and receivers do not find the end", async () => {
  await simulate(function* () {
    const t = ticker(10);
    yield* sleep(15);
    t.stop();
    t.stop();
    const waits = go(() => t.next());
    assert.equal((yield* select({ tick: t.receive(), end: sleep(1_000) })).key, "end");
    assert.equal(waits.status, "waiting");
    waits.cancel();
  });
});

test("a stopped ticker can be reset", async () => {
  await simulate(function* () {
    const t = ticker(10);
    t.stop();
    yield* sleep(100);
    t.reset(5);
    assert.equal(yield* t.receive(), 105);
  });
});

test("no stale tick comes after a reset, however many were unread", async () => {
  await simulate(function* () {
    const t = ticker(10);
    for (let i = 0; i < 100; i++) {
      yield* sleep((i * 7) % 40);
      t.reset(10);
      const start = now();
      assert.equal(selectNow([t.receive()]), undefined);
      if (i % 2 === 0) assert.equal(yield* t.receive(), start + 10);
    }
  });
});

test("a period that is not positive is refused, by ticker and by reset", () => {
  const t = ticker(5);
  for (const period of [0, -1]) {
    thrown(MisuseError, () => ticker(period));
    thrown(MisuseError, () => t.reset(period));
  }
});
