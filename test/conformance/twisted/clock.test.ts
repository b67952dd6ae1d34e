// Twisted's task.Clock and DelayedCall, and the order of Python's sched: calls go off in time order, each at its own time, and can be moved and taken back.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Group, group, now, type Operation, sleep, type Timer, timer, yieldNow } from "offshoot";
import { simulate } from "../../../src/testing/simulate.ts";

type Later = (ms: number, call: () => void) => Timer;

/** Runs a body that may put calls off. Those that are left at its end are forgotten. */
const clocked = (body: (later: Later) => Operation<void>): Promise<void> =>
  simulate(() =>
    group(function* (g: Group) {
      yield* body((ms, call) => {
        const t = timer(ms);
        g.daemon(function* () {
          for (;;) {
            yield* t.fired;
            call();
          }
        });
        return t;
      });
    }),
  );

test("a call goes off when its time has come, and not before", async () => {
  await clocked(function* (later) {
    const log: number[] = [];
    const call = later(1_000, () => log.push(now()));
    yield* sleep(999);
    assert.deepEqual(log, []);
    yield* sleep(1);
    yield* yieldNow();
    assert.deepEqual(log, [1_000]);
    assert.equal(call.stop(), false); // it was called already
  });
});

test("calls go off in order of time, each at its own, over one long stretch", async () => {
  await clocked(function* (later) {
    const log: string[] = [];
    for (const ms of [7, 3, 9, 1, 5]) later(ms, () => log.push(`${ms} at ${now()}`));
    yield* sleep(100);
    assert.deepEqual(log, ["1 at 1", "3 at 3", "5 at 5", "7 at 7", "9 at 9"]);
  });
});

test("calls of one time go off in the order they were made", async () => {
  await clocked(function* (later) {
    const log: number[] = [];
    for (let n = 0; n < 100; n++) later(5, () => log.push(n));
    yield* sleep(10);
    assert.deepEqual(log, [...Array(100).keys()]);
  });
});

test("a call put off by a call goes off in the same stretch, at its own time", async () => {
  await clocked(function* (later) {
    const log: string[] = [];
    later(1, () => {
      log.push(`first at ${now()}`);
      later(2, () => log.push(`second at ${now()}`));
      later(0, () => log.push(`at once at ${now()}`));
    });
    yield* sleep(10);
    assert.deepEqual(log, ["first at 1", "at once at 1", "second at 3"]);
  });
});

test("a call that was taken back does not go off, and cannot be taken back twice", async () => {
  await clocked(function* (later) {
    const log: string[] = [];
    const calls = ["a", "b", "c"].map((name) => later(5, () => log.push(name)));
    assert.equal(calls[1]?.stop(), true);
    assert.equal(calls[1]?.stop(), false);
    yield* sleep(10);
    assert.deepEqual(log, ["a", "c"]);
  });
});

test("a call may take back another of the same time that is behind it", async () => {
  await clocked(function* (later) {
    const log: string[] = [];
    const calls: Timer[] = [];
    later(5, () => {
      log.push("first");
      calls[0]?.stop();
    });
    calls.push(later(5.5, () => log.push("second")));
    yield* sleep(10);
    assert.deepEqual(log, ["first"]);
  });
});

test("reset counts from now: a call can be moved to later, to sooner, and again and again", async () => {
  await clocked(function* (later) {
    const log: string[] = [];
    const call = later(10, () => log.push(`at ${now()}`));
    yield* sleep(8);
    assert.equal(call.reset(10), true);
    yield* sleep(8);
    assert.equal(call.reset(10), true);
    yield* sleep(20);
    assert.deepEqual(log, ["at 26"]);
    call.reset(100);
    call.reset(1);
    yield* sleep(200);
    assert.deepEqual(log, ["at 26", "at 37"]);
  });
});

test("many calls, of which most are taken back, leave the others in order", async () => {
  await clocked(function* (later) {
    const log: number[] = [];
    const calls = Array.from({ length: 500 }, (_, n) => later(((n * 37) % 500) + 1, () => log.push((n * 37) % 500)));
    yield* yieldNow();
    calls.forEach((call, n) => {
      if (n % 5 !== 0) call.stop();
    });
    yield* sleep(1_000);
    assert.equal(log.length, 100);
    assert.deepEqual(
      log,
      [...log].sort((a, b) => a - b),
    );
  });
});

test("a failing call is told, and the clock goes on", async () => {
  await simulate(function* () {
    const log: string[] = [];
    const failing = group(function* (g) {
      for (const ms of [1, 2, 3]) {
        g.go(function* () {
          yield* timer(ms).fired;
          log.push(`at ${now()}`);
          if (ms === 2) throw new RangeError("boom");
        });
      }
    });
    try {
      yield* failing;
      assert.fail("did not fail");
    } catch (error) {
      assert.ok(error instanceof RangeError);
    }
    yield* timer(5).fired;
    assert.deepEqual([log, now()], [["at 1", "at 2"], 7]);
  });
});
