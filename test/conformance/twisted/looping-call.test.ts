// Twisted's LoopingCall, as a loop over a ticker: calls lie on the grid of the start, never overlap, skip what they were too slow for, and count it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { go, group, now, type Operation, sleep, type Ticker, ticker, until } from "offshoot";
import { simulate } from "../../../src/testing/simulate.ts";
import { caught } from "../../support/caught.ts";

/** Calls `body` at each beat until the ticker is cancelled. */
function* looping(beats: Ticker, body: (at: number, skipped: number) => Operation<void>): Operation<void> {
  let missed = beats.missed;
  for (let beat = yield* beats.next(); !beat.done; beat = yield* beats.next()) {
    const skipped = beats.missed - missed;
    missed += skipped;
    yield* body(beat.value, skipped);
  }
}

test("calls come at each interval from the start", async () => {
  await simulate(function* () {
    yield* sleep(7);
    const log: number[] = [];
    const beats = ticker(10);
    go(looping, beats, function* () {
      log.push(now());
    });
    yield* sleep(45);
    beats.cancel();
    assert.deepEqual(log, [17, 27, 37, 47]);
  });
});

test("a call that takes longer than the interval is not run twice at once: the next is on the grid, and beats are skipped", async () => {
  await simulate(function* () {
    const log: string[] = [];
    const beats = ticker(10);
    let running = 0;
    go(looping, beats, function* (at, skipped) {
      assert.equal(++running, 1);
      log.push(`${at} at ${now()}, ${skipped} skipped`);
      yield* sleep(25);
      running--;
    });
    yield* sleep(100);
    beats.cancel();
    assert.deepEqual(log, ["10 at 10, 0 skipped", "30 at 35, 1 skipped", "60 at 60, 2 skipped", "80 at 85, 1 skipped"]);
  });
});

test("calls and skipped beats together are all beats there were", async () => {
  await simulate(function* () {
    const beats = ticker(10);
    let calls = 0;
    let skips = 0;
    const loop = go(looping, beats, function* (_at, skipped) {
      calls++;
      skips += skipped;
      yield* sleep((calls * 13) % 47);
    });
    yield* sleep(1_005);
    beats.cancel();
    yield* loop;
    assert.ok(skips > 10);
    assert.ok(calls + skips >= 96 && calls + skips <= 100, `${calls} + ${skips}`);
  });
});

test("a call that waits for a promise holds the next one back until it is settled", async () => {
  await simulate(function* () {
    const log: number[] = [];
    const beats = ticker(10);
    let open: (() => void) | undefined;
    go(looping, beats, function* () {
      log.push(now());
      yield* until(
        new Promise<void>((resolve) => {
          open = resolve;
        }),
      );
    });
    yield* sleep(35);
    assert.deepEqual(log, [10]);
    open?.();
    yield* sleep(1);
    assert.deepEqual(log, [10, 35]);
    open?.();
    yield* sleep(10);
    assert.deepEqual(log, [10, 35, 40]);
    open?.();
    beats.cancel();
  });
});

test("an error ends the loop, and reaches who started it", async () => {
  await simulate(function* () {
    let calls = 0;
    const beats = ticker(10);
    const loop = group(function* (g) {
      g.go(looping, beats, function* () {
        if (++calls === 3) throw new RangeError("boom");
      });
    });
    yield* caught(RangeError, loop);
    assert.deepEqual([calls, now()], [3, 30]);
    yield* sleep(50);
    assert.equal(calls, 3);
  });
});

test("a stopped loop can be started again, on a grid of its own, with another interval", async () => {
  await simulate(function* () {
    const log: number[] = [];
    const beats = ticker(10);
    go(looping, beats, function* () {
      log.push(now());
    });
    yield* sleep(23);
    beats.stop();
    yield* sleep(30);
    assert.deepEqual(log, [10, 20]);
    beats.reset(4);
    yield* sleep(9);
    beats.cancel();
    assert.deepEqual(log, [10, 20, 57, 61]);
  });
});
