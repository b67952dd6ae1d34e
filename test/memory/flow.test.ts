// Composites, limits and values of tasks leave nothing behind: not on channels, not among the timers, not in the tasks that used them.
// own process: counts bytes

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  all,
  always,
  any,
  channel,
  go,
  map,
  moveOnAfter,
  never,
  type Operation,
  race,
  restart,
  run,
  settle,
  sleep,
  TaskLocal,
  timeout,
  yieldNow,
} from "offshoot";
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

const YEAR = 365 * 24 * 3_600_000;

test("100 000 limits of ready leaves and of operations in time leave no timer", async () => {
  const ch = channel<number>(1);
  const grown = await left(100_000, function* (rounds) {
    const pair = function* (n: number): Operation<number> {
      yield* ch.send(n);
      return yield* ch.receive();
    };
    for (let i = 0; i < rounds; i++) {
      yield* timeout(YEAR, ch.send(i));
      assert.equal(yield* moveOnAfter(YEAR, ch.receive()), i);
      if (i % 4 === 0) assert.equal(yield* timeout(YEAR, pair(i)), i);
    }
  });
  assert.ok(grown < 500_000, `${grown} bytes`);
});

test("100 000 limits of waits that end before them leave no timer, and nobody on the channel", async () => {
  const [busy, silent] = [channel<number>(), channel<number>()];
  const grown = await left(100_000, function* (rounds) {
    const sender = go(function* () {
      for (let i = 0; i < rounds; i++) yield* timeout(YEAR, busy.send(i));
    });
    for (let i = 0; i < rounds; i++) yield* timeout(YEAR, race([busy.receive(), timeout(YEAR, silent.receive())]));
    yield* sender;
  });
  assert.equal(silent.stats().waitingReceivers, 0);
  assert.ok(grown < 500_000, `${grown} bytes`);
});

test("100 000 limits whose time is up leave nothing where they waited", async () => {
  const silent = channel<number>();
  const grown = await left(100_000, function* (rounds) {
    const composed = function* (): Operation<number> {
      return yield* silent.receive();
    };
    for (let i = 0; i < rounds; i++) {
      assert.equal(yield* moveOnAfter(0, i % 4 === 0 ? composed() : silent.receive()), undefined);
    }
  });
  assert.equal(silent.stats().waitingReceivers, 0);
  assert.ok(grown < 500_000, `${grown} bytes`);
});

test("10 000 races and anys with silent channels leave nobody waiting", async () => {
  const silent = Array.from({ length: 4 }, () => channel<number>());
  const grown = await left(10_000, function* (rounds) {
    const quick = function* (): Operation<number> {
      yield* yieldNow();
      return -1;
    };
    const waits = function* (): Operation<number> {
      return yield* timeout(YEAR, silent[0]?.receive() ?? never);
    };
    for (let i = 0; i < rounds; i++) {
      const leaves = silent.map((ch) => ch.receive());
      assert.equal(yield* race<Operation<number>>([...leaves, waits(), quick()]), -1);
      assert.equal(yield* any<Operation<number>>([waits(), ...leaves, quick()]), -1);
      yield* race<Operation<unknown>>([...leaves, yieldNow()]);
      yield* race<Operation<unknown>>([waits(), ...leaves, sleep(0)]);
    }
  });
  for (const ch of silent) assert.equal(ch.stats().waitingReceivers, 0);
  assert.ok(grown < 500_000, `${grown} bytes`);
});

test("all, settle, map, restart and with leave nothing in the task that used them", async () => {
  const local = new TaskLocal("name", 0);
  const grown = await left(10_000, function* (rounds) {
    const fails = function* (): Operation<number> {
      yield* yieldNow();
      throw new RangeError("boom");
    };
    for (let i = 0; i < rounds; i++) {
      yield* all({ a: always(1), b: yieldNow() });
      yield* settle([fails(), always(1)]);
      yield* map([1, 2, 3], () => yieldNow(), { concurrency: 2 });
      yield* restart(
        (attempt) => {
          if (attempt === 1) throw new RangeError("boom");
        },
        { backoff: false },
      );
      yield* local.with(i, yieldNow());
    }
  });
  assert.ok(grown < 500_000, `${grown} bytes`);
});

test("a map of a million items keeps their results, and nothing else", async () => {
  await run(function* () {
    const endless = (function* (): Generator<number> {
      for (let n = 0; n < 1_000_000; n++) yield n;
    })();
    const before = yield* go(bytes);
    const got = yield* map(endless, (n) => n % 7, { concurrency: 4 });
    const grown = (yield* go(bytes)) - before;
    assert.equal(got.length, 1_000_000);
    assert.ok(grown < 20_000_000, `${grown} bytes`);
  });
});
