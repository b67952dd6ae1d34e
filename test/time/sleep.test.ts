// sleep: order of deadlines, the odd delays, reuse, and timers that are taken back.

import assert from "node:assert/strict";
import { test } from "node:test";
import { always, channel, currentTask, go, MisuseError, select, selectNow, sleep, yieldNow } from "offshoot";
import type { Scheduler } from "../../src/core/scheduler.ts";
import type { Tasklet } from "../../src/core/task.ts";
import { simulate } from "../../src/testing/simulate.ts";
import { thrown } from "../support/caught.ts";

/** The scheduler of the task that runs: for its clock and its timers. */
const scheduler = (): Scheduler =>
  (currentTask() as unknown as Tasklet<unknown>).program.scheduler as unknown as Scheduler;

test("sleepers wake by deadline, those of one deadline in the order they started", async () => {
  await simulate(function* () {
    const log: string[] = [];
    const start = scheduler().host.now();
    const delays = [30, 10, 20, 10, 0, -5, 0.5, 10];
    const tasks = delays.map((ms, i) =>
      go(function* () {
        yield* sleep(ms);
        log.push(`${i} at ${scheduler().host.now() - start}`);
      }),
    );
    for (const task of tasks) yield* task;
    assert.deepEqual(log, ["4 at 0", "5 at 0", "6 at 0.5", "1 at 10", "3 at 10", "7 at 10", "2 at 20", "0 at 30"]);
  });
});

test("a sleep of zero or less gives up the turn, and takes no time", async () => {
  await simulate(function* () {
    const log: string[] = [];
    go(() => log.push("other"));
    const start = scheduler().host.now();
    yield* sleep(0);
    log.push("me");
    yield* sleep(-1_000);
    yield* sleep(Number.NEGATIVE_INFINITY);
    assert.equal(scheduler().host.now(), start);
    assert.deepEqual(log, ["other", "me"]);
  });
});

test("a sleep of Infinity never ends, and arms no timer", async () => {
  await simulate(function* () {
    const got = yield* select({ never: sleep(Number.POSITIVE_INFINITY), late: sleep(1) });
    assert.equal(got.key, "late");
    const task = go(() => sleep(Number.POSITIVE_INFINITY));
    yield* yieldNow();
    assert.equal(scheduler().hasTimers, false);
    task.cancel();
  });
});

test("delays beyond 2^31 - 1 ms work", async () => {
  await simulate(function* () {
    const start = scheduler().host.now();
    for (const ms of [2 ** 31 - 1, 2 ** 31, 2 ** 40]) yield* sleep(ms);
    assert.equal(scheduler().host.now() - start, 2 ** 31 - 1 + 2 ** 31 + 2 ** 40);
  });
});

test("what is no number of milliseconds is misuse at the call", () => {
  for (const ms of [Number.NaN, undefined, null, "5", {}, 5n]) {
    const error = thrown(MisuseError, () => sleep(ms as number));
    assert.match(error.message, /^sleep: the time must be a number of milliseconds/);
  }
});

test("one sleep may be used again, and by two tasks at once", async () => {
  await simulate(function* () {
    const pause = sleep(10);
    const start = scheduler().host.now();
    yield* pause;
    yield* pause;
    const tasks = [go(() => pause), go(() => pause.map(() => 5))];
    for (const task of tasks) yield* task;
    assert.equal(scheduler().host.now() - start, 30);
  });
});

test("a sleep is not ready in a select that looks once", () => {
  assert.equal(selectNow({ a: sleep(0) }), undefined);
});

test("sleeps that lose a select leave no timer, at any depth", async () => {
  await simulate(function* () {
    const ch = channel<number>();
    go(function* () {
      yield* yieldNow();
      yield* ch.send(1);
    });
    yield* select([sleep(100), ch.receive(), select({ deep: select([sleep(50), sleep(60)]) }), sleep(70).map(() => 1)]);
    assert.equal(scheduler().hasTimers, false);
    yield* select([sleep(100), always(1)]);
    assert.equal(scheduler().hasTimers, false);
    const got = yield* select({
      late: sleep(9),
      soon: sleep(3).map(() => "soon"),
      sooner: select([sleep(1), sleep(2)]),
    });
    assert.equal(got.key, "sooner");
    assert.equal(scheduler().hasTimers, false);
  });
});

test("a thousand sleepers armed and cancelled leave the others in order", async () => {
  await simulate(function* () {
    const woken: number[] = [];
    const tasks = Array.from({ length: 1_000 }, (_, i) =>
      go(function* () {
        yield* sleep(1 + ((i * 7919) % 1_000));
        woken.push((i * 7919) % 1_000);
      }),
    );
    yield* yieldNow();
    for (let i = 0; i < 1_000; i += 3) tasks[i]?.cancel();
    yield* sleep(2_000);
    assert.equal(woken.length, 666);
    assert.deepEqual(
      woken,
      [...woken].sort((a, b) => a - b),
    );
  });
});
