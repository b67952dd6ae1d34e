// timer: fires once per arming with the time it was due; who is served; odd delays; selects, maps and awaits.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  always,
  channel,
  DeadlockError,
  go,
  MisuseError,
  now,
  run,
  select,
  selectNow,
  sleep,
  TaskCancelledError,
  type Timer,
  timer,
  yieldNow,
} from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught, rejected, thrown } from "../support/caught.ts";
import { lasts, scheduler } from "../support/clock.ts";
import { program } from "../support/process.ts";

const check = (t: Timer): void => (t as unknown as { check(): void }).check();

test("a timer fires once, with the time it was due and not the time it is read", async () => {
  await simulate(function* () {
    yield* sleep(100);
    const t = timer(10);
    assert.equal(yield* t.fired, 110);
    assert.equal(now(), 110);
    const unread = timer(10);
    yield* sleep(50);
    assert.equal(yield* unread.fired, 120);
    const again = yield* select({ fired: unread.fired, end: sleep(1_000) });
    assert.equal(again.key, "end");
  });
});

test("a timer runs from when it is made, whoever waits and when", async () => {
  await simulate(function* () {
    const t = timer(30);
    yield* sleep(20);
    assert.equal(yield* t.fired, 30);
    assert.equal(now(), 30);
  });
});

test("of several who wait one is served at each arming, in order", async () => {
  await simulate(function* () {
    const t = timer(5);
    const log: string[] = [];
    const tasks = [0, 1, 2].map((n) =>
      go(function* () {
        log.push(`${n} at ${yield* t.fired}`);
      }),
    );
    yield* sleep(10);
    assert.deepEqual(log, ["0 at 5"]);
    assert.equal(t.reset(5), false);
    yield* sleep(10);
    assert.equal(t.reset(7), false);
    yield* sleep(20);
    assert.deepEqual(log, ["0 at 5", "1 at 15", "2 at 27"]);
    for (const task of tasks) yield* task;
    check(t);
  });
});

test("a waiter that is cancelled takes nothing, and the next in line is served", async () => {
  await simulate(function* () {
    const t = timer(5);
    const first = go(() => t.fired);
    const second = go(() => t.fired);
    yield* yieldNow();
    first.cancel();
    yield* caught(TaskCancelledError, first);
    assert.equal(yield* second, 5);
    const third = go(() => t.fired);
    yield* yieldNow();
    t.reset(5);
    third.cancel();
    check(t);
    yield* sleep(10);
    assert.deepEqual(selectNow([t.fired]), { key: 0, value: 10 });
  });
});

test("a timer of zero or less is due at once, one of Infinity never", async () => {
  await simulate(function* () {
    for (const ms of [0, -0, -5, Number.NEGATIVE_INFINITY]) {
      const t = timer(ms);
      assert.deepEqual(selectNow({ t: t.fired }), { key: "t", value: 0 });
      assert.equal(t.stop(), false);
    }
    const never = timer(Number.POSITIVE_INFINITY);
    const got = yield* select({ never: never.fired, end: sleep(1e12) });
    assert.equal(got.key, "end");
    const waits = go(() => never.fired);
    yield* yieldNow();
    assert.equal(scheduler().hasTimers, false);
    assert.equal(never.stop(), true);
    assert.equal(never.reset(3), false);
    assert.equal(yield* waits, 1e12 + 3);
  });
});

test("delays beyond 2^31 - 1 ms work", async () => {
  await simulate(function* () {
    const t = timer(2 ** 31);
    assert.equal(yield* t.fired, 2 ** 31);
    t.reset(2 ** 40);
    assert.equal(yield* t.fired, 2 ** 31 + 2 ** 40);
  });
});

test("what is no number of milliseconds is misuse, and leaves the timer as it is", async () => {
  await simulate(function* () {
    const t = timer(5);
    for (const ms of [Number.NaN, undefined, null, "5", {}, 5n]) {
      const made = thrown(MisuseError, () => timer(ms as number));
      assert.match(made.message, /^timer: the time must be a number of milliseconds/);
      const reset = thrown(MisuseError, () => t.reset(ms as number));
      assert.match(reset.message, /^Timer\.reset: the time must be a number of milliseconds/);
    }
    assert.equal(yield* t.fired, 5);
  });
});

test("fired can be mapped, nested in selects, and used again after a reset", async () => {
  await simulate(function* () {
    const t = timer(5);
    const fired = t.fired.map((at) => `at ${at}`);
    const cases = { a: select([fired, sleep(100)]), b: sleep(200) };
    assert.deepEqual(yield* select(cases), { key: "a", value: { key: 0, value: "at 5" } });
    t.reset(5);
    assert.deepEqual(yield* select(cases), { key: "a", value: { key: 0, value: "at 10" } });
    t.stop();
    assert.deepEqual(yield* select(cases), { key: "a", value: { key: 1, value: undefined } });
    assert.equal(scheduler().hasTimers, false);
    check(t);
  });
});

test("one timer in two cases of a select fires in one of them", async () => {
  await simulate(function* () {
    const t = timer(5);
    const got = yield* select([t.fired, t.fired, select([t.fired])]);
    assert.equal(got.key, 0);
    check(t);
    assert.equal(selectNow([t.fired]), undefined);
  });
});

test("a timer that lost a select is as it was", async () => {
  await simulate(function* () {
    const t = timer(5);
    yield* select([t.fired, always(1)]);
    yield* select([t.fired, sleep(1)]);
    check(t);
    assert.equal(scheduler().hasTimers, false);
    assert.equal(yield* t.fired, 5);
  });
});

test("fired can be awaited, in an async body and outside tasks", async () => {
  await simulate(async () => {
    await null;
    const t = timer(5); // no task runs here
    assert.equal(await t.fired, 5);
    t.reset(5);
    const [first, second] = [t.fired.map(String), t.fired.map((at) => -at)];
    const both = Promise.all([first, second]);
    void sleep(7).then(() => t.reset(20));
    assert.deepEqual(await Promise.race([both, sleep(10).then(() => "one is left")]), "one is left");
    t.reset(1);
    await both;
  });
});

test("a timer made outside tasks fires inside one", async () => {
  const before = now();
  const t = timer(0);
  const at = await run(() => t.fired);
  assert.ok(at >= before && at <= now());
  assert.equal(t.stop(), false);
});

test("a timer that nobody waits for keeps no verdict away", async () => {
  await rejected(
    DeadlockError,
    simulate(function* () {
      timer(5);
      yield* channel<number>().receive();
    }),
  );
  const error = await rejected(
    DeadlockError,
    simulate(function* () {
      const t = timer(5);
      go(function* () {
        yield* sleep(1);
        t.stop();
      });
      yield* t.fired;
    }),
  );
  assert.match(error.report, /waits for timer\.fired a timer that is stopped/);
});

test("a timer that nobody waits for does not hold the process", async () => {
  const { code, stdout, stderr } = await program(`
    import { run, timer, ticker, channel, select, always } from "offshoot";
    const outside = timer(600_000);
    ticker(600_000);
    await run(function* () {
      const t = timer(600_000);
      yield* select([t.fired, outside.fired, ticker(600_000).receive(), always(1)]);
    });
    await run(function* () { timer(600_000); yield* channel().receive(); }).catch((error) => console.log(error.name));`);
  assert.deepEqual([code, stdout.trim()], [0, "DeadlockError"]);
  assert.match(stderr, /deadlock/);
});

test("the step in which a timer comes due may be long: stop in it is true, and nothing stale is received", async () => {
  await simulate(function* () {
    const t = timer(5);
    const waits = go(() => t.fired);
    yield* yieldNow();
    lasts(10);
    assert.equal(t.stop(), true);
    yield* sleep(10);
    assert.equal(waits.status, "waiting");
    assert.equal(t.reset(1), false);
    assert.equal(yield* waits, 21);
  });
});
