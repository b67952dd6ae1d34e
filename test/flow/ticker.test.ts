// ticker: beats on a grid, at most one kept, the rest counted; several receivers; stop, reset, cancel; odd periods.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  always,
  channel,
  DeadlockError,
  EndOfChannel,
  go,
  MisuseError,
  now,
  select,
  selectNow,
  sleep,
  TaskCancelledError,
  type Ticker,
  ticker,
  yieldNow,
} from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught, rejected, thrown } from "../support/caught.ts";
import { lasts, scheduler } from "../support/clock.ts";

const check = (t: Ticker): void => (t as unknown as { check(): void }).check();

test("beats lie on the grid of when the ticker was made", async () => {
  await simulate(function* () {
    yield* sleep(3);
    const t = ticker(10);
    assert.deepEqual([yield* t.receive(), now()], [13, 13]);
    yield* sleep(4);
    assert.deepEqual([yield* t.receive(), now()], [23, 23]);
    yield* sleep(9);
    assert.deepEqual([yield* t.receive(), now()], [33, 33]);
    assert.equal(t.missed, 0);
  });
});

test("one beat is kept for a slow receiver, the latest, and those passed over are counted", async () => {
  await simulate(function* () {
    const t = ticker(10);
    yield* sleep(35);
    assert.equal(t.missed, 2);
    assert.deepEqual([yield* t.receive(), now(), t.missed], [30, 35, 2]);
    assert.deepEqual(t.tryReceive(), { ok: false, closed: false });
    assert.deepEqual([yield* t.receive(), now(), t.missed], [40, 40, 2]);
    yield* sleep(10);
    assert.deepEqual([t.tryReceive(), t.missed], [{ ok: true, value: 50 }, 2]);
    yield* sleep(1_000_000);
    assert.deepEqual([yield* t.receive(), t.missed], [1_000_050, 2 + 99_999]);
  });
});

test("a receiver that is always too late gets one beat in so many", async () => {
  await simulate(function* () {
    const t = ticker(10);
    const got: number[] = [];
    for (let i = 0; i < 4; i++) {
      got.push(yield* t.receive());
      yield* sleep(25);
    }
    assert.deepEqual(got, [10, 30, 60, 80]);
    assert.equal(t.missed, 6); // 20, 40, 50, 70, 90 and 100; 110 is there now
  });
});

test("next, tryReceive, for await, select and selectNow take beats too", async () => {
  await simulate(async () => {
    const t = ticker(10);
    assert.deepEqual(await t.next(), { done: false, value: 10 });
    assert.equal(selectNow({ t: t.receive() }), undefined);
    await sleep(10);
    assert.deepEqual(selectNow({ t: t.receive() }), { key: "t", value: 20 });
    assert.deepEqual(await select({ t: t.receive().map((at) => at + 0.5), s: sleep(100) }), { key: "t", value: 30.5 });
    const got: number[] = [];
    for await (const at of t) {
      got.push(at);
      if (got.length === 3) break;
    }
    assert.deepEqual(got, [40, 50, 60]);
    assert.equal(await t.receive(), 70); // leaving the loop has ended nothing
    assert.equal(t.missed, 0);
  });
});

test("each beat goes to one receiver, the first in line", async () => {
  await simulate(function* () {
    const t = ticker(10);
    const log: string[] = [];
    const tasks = ["a", "b", "c"].map((name) =>
      go(function* () {
        for (let i = 0; i < 2; i++) log.push(`${name}${yield* t.receive()}`);
      }),
    );
    for (const task of tasks) yield* task;
    assert.deepEqual(log, ["a10", "b20", "c30", "a40", "b50", "c60"]);
    assert.equal(scheduler().hasTimers, false);
    check(t);
  });
});

test("a receiver cancelled while it waits takes no beat, and leaves no alarm", async () => {
  await simulate(function* () {
    const t = ticker(10);
    const [first, second] = [go(() => t.receive()), go(() => t.next())];
    yield* yieldNow();
    first.cancel();
    yield* caught(TaskCancelledError, first);
    assert.deepEqual(yield* second, { done: false, value: 10 });
    const third = go(() => t.receive());
    yield* yieldNow();
    assert.equal(scheduler().hasTimers, true);
    third.cancel();
    assert.equal(scheduler().hasTimers, false);
    yield* select([t.receive(), always(1)]);
    yield* select([t.receive(), sleep(1)]);
    assert.equal(scheduler().hasTimers, false);
    assert.equal(yield* t.receive(), 20);
  });
});

test("a stopped ticker drops the beat that was kept, and whoever waits goes on waiting", async () => {
  await simulate(function* () {
    const t = ticker(10);
    yield* sleep(25);
    t.stop();
    assert.deepEqual(t.tryReceive(), { ok: false, closed: false });
    assert.equal(t.missed, 1);
    const waits = go(() => t.receive());
    yield* sleep(100);
    assert.equal(waits.status, "waiting");
    assert.equal(scheduler().hasTimers, false);
    t.stop();
    t.reset(7);
    assert.equal(yield* waits, 132);
    assert.equal(t.missed, 1);
  });
});

test("stop while receivers wait takes the alarm back, also in the step in which the beat comes", async () => {
  await simulate(function* () {
    const t = ticker(10);
    const waits = go(() => t.receive());
    yield* yieldNow();
    lasts(15);
    t.stop();
    yield* sleep(100);
    assert.equal(waits.status, "waiting");
    waits.cancel();
    check(t);
  });
});

test("reset begins a new grid, without the beat that was kept, for whoever waits too", async () => {
  await simulate(function* () {
    const t = ticker(10);
    yield* sleep(25);
    t.reset(4);
    assert.deepEqual(t.tryReceive(), { ok: false, closed: false });
    assert.deepEqual([yield* t.receive(), t.missed], [29, 1]);
    const waits = go(() => t.receive());
    yield* sleep(2);
    t.reset(100);
    assert.equal(yield* waits, 131);
    t.reset(1);
    assert.equal(yield* t.receive(), 132);
  });
});

test("cancel ends a ticker for good", async () => {
  await simulate(function* () {
    const t = ticker(10);
    const [receive, next] = [go(() => caught(EndOfChannel, t.receive())), go(() => t.next())];
    yield* yieldNow();
    t.cancel("enough");
    t.cancel();
    assert.match((yield* receive).message, /has ended/);
    assert.deepEqual(yield* next, { done: true, value: undefined });
    assert.deepEqual(yield* t.next(), { done: true, value: undefined });
    assert.deepEqual(t.tryReceive(), { ok: false, closed: true });
    assert.match(thrown(MisuseError, () => t.reset(5)).message, /^Ticker\.reset: the ticker was cancelled/);
    t.stop();
    assert.equal(scheduler().hasTimers, false);
    const got = yield* select({ t: t.next(), s: sleep(1) });
    assert.deepEqual(got, { key: "t", value: { done: true, value: undefined } });
    check(t);
  });
});

test("a period that is not above zero is misuse, and a reset to one changes nothing", async () => {
  await simulate(function* () {
    const t = ticker(10);
    for (const ms of [0, -0, -1, Number.NaN, Number.NEGATIVE_INFINITY, undefined, null, "5", 5n]) {
      const made = thrown(MisuseError, () => ticker(ms as number));
      assert.match(made.message, /^ticker: the period must be a number of milliseconds above 0, got/);
      thrown(MisuseError, () => t.reset(ms as number));
    }
    assert.equal(yield* t.receive(), 10);
  });
});

test("a ticker of Infinity never beats until it is reset", async () => {
  await simulate(function* () {
    const t = ticker(Number.POSITIVE_INFINITY);
    const waits = go(() => t.receive());
    yield* sleep(1e9);
    assert.deepEqual([waits.status, t.missed, scheduler().hasTimers], ["waiting", 0, false]);
    check(t);
    t.reset(5);
    assert.equal(yield* waits, 1e9 + 5);
  });
});

test("a ticker that nobody waits for keeps no verdict away, nor one that is stopped", async () => {
  const bodies = [
    function* () {
      ticker(5);
      yield* channel<number>().receive();
    },
    function* () {
      const t = ticker(5);
      yield* t.receive();
      t.stop();
      yield* t.receive();
    },
  ];
  for (const body of bodies) await rejected(DeadlockError, simulate(body));
});
