// Timers and tickers of the past are forgotten: those that were stopped, waited for and not, and those that nobody holds any more.
// own process: counts bytes

import assert from "node:assert/strict";
import { test } from "node:test";
import { always, go, type Operation, run, select, sleep, ticker, timer, yieldNow } from "offshoot";
import { scheduler } from "../support/clock.ts";
import { bytes } from "../support/memory.ts";

/** Bytes that `rounds` of a body leave behind, after as many to warm up. */
async function left(rounds: number, body: (rounds: number) => Operation<void>): Promise<number> {
  let grown = 0;
  await run(function* () {
    yield* body(rounds);
    const before = yield* go(bytes);
    yield* body(rounds);
    grown = (yield* go(bytes)) - before;
    assert.equal(scheduler().hasTimers, false);
  });
  return grown;
}

test("100 000 timers armed and stopped, or forgotten, leave nothing behind", async () => {
  const grown = await left(100_000, function* (rounds) {
    for (let i = 0; i < rounds; i++) {
      const t = timer(1_000_000);
      if (i % 3 !== 0) t.stop();
    }
  });
  assert.ok(grown < 300_000, `${grown} bytes`);
});

test("100 000 timers that were waited for and stopped, or lost, leave nothing behind", async () => {
  const grown = await left(100_000, function* (rounds) {
    for (let i = 0; i < rounds; i += 100) {
      const timers = Array.from({ length: 100 }, () => timer(1_000_000));
      const tasks = timers.map((t) => go(() => select([t.fired, sleep(1_000_000)])));
      yield* yieldNow();
      for (const t of timers) t.stop();
      for (const task of tasks) task.cancel();
      yield* yieldNow();
      yield* yieldNow();
      for (const t of timers) yield* select([t.fired, always(1)]);
    }
  });
  assert.ok(grown < 500_000, `${grown} bytes`);
});

test("one timer reset 100 000 times while a task waits leaves nothing behind", async () => {
  const grown = await left(100_000, function* (rounds) {
    const t = timer(1_000_000);
    const waits = go(() => t.fired);
    yield* yieldNow();
    for (let i = 0; i < rounds; i++) t.reset(1_000_000 + (i % 1_000));
    t.reset(0);
    yield* waits;
  });
  assert.ok(grown < 300_000, `${grown} bytes`);
});

test("100 000 tickers waited for in vain leave nothing behind", async () => {
  const long = ticker(1_000_000);
  const grown = await left(100_000, function* (rounds) {
    for (let i = 0; i < rounds; i += 100) {
      const tasks = Array.from({ length: 100 }, (_, n) =>
        go(() => (n % 2 === 0 ? ticker(1_000_000).receive() : select([long.next(), sleep(1_000_000)]))),
      );
      yield* yieldNow();
      for (const task of tasks) task.cancel();
      yield* yieldNow();
      yield* yieldNow();
    }
  });
  assert.ok(grown < 500_000, `${grown} bytes`);
});
