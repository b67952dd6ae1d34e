// Twisted's Cooperator and LoopingCall: work in small steps that take turns, and calls on a grid of time that never overlap.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  go,
  group,
  Latch,
  map,
  now,
  type Operation,
  sleep,
  type Task,
  TaskCancelledError,
  ticker,
  yieldNow,
} from "offshoot";
import { simulate } from "../../../src/testing/simulate.ts";
import { caught } from "../../support/caught.ts";
import { lasts } from "../../support/clock.ts";

/** Steps an iterator, one step a turn; what it yields may be an operation to wait for. */
function* cooperate(steps: Iterable<Operation<unknown> | undefined>, gate?: () => Operation<void>): Operation<number> {
  let n = 0;
  for (const step of steps) {
    n++;
    if (step !== undefined) yield* step;
    if (gate !== undefined) yield* gate();
    yield* yieldNow();
  }
  return n;
}

function* logging(log: string[], name: string, n: number): Generator<undefined> {
  for (let i = 0; i < n; i++) {
    log.push(`${name}${i}`);
    yield undefined;
  }
}

test("iterators are stepped in turn, and each ends by itself", async () => {
  await simulate(function* () {
    const log: string[] = [];
    const tasks = [go(cooperate, logging(log, "a", 3)), go(cooperate, logging(log, "b", 2)), go(cooperate, [])];
    const counts: number[] = [];
    for (const task of tasks) counts.push(yield* task);
    assert.deepEqual(counts, [3, 2, 0]);
    assert.deepEqual(log, ["a0", "b0", "a1", "b1", "a2"]);
  });
});

test("a step that waits holds up its own iterator only", async () => {
  await simulate(function* () {
    const log: string[] = [];
    const slow = (function* () {
      log.push("slow begins");
      yield sleep(10);
      log.push(`slow goes on at ${now()}`);
    })();
    yield* group(() => {
      go(cooperate, slow);
      go(cooperate, logging(log, "a", 3));
    });
    assert.deepEqual(log, ["slow begins", "a0", "a1", "a2", "slow goes on at 10"]);
  });
});

test("steps that never wait keep no timer waiting", async () => {
  await simulate(function* () {
    let steps = 0;
    const endless = (function* (): Generator<undefined> {
      for (;;) {
        steps++;
        lasts(0.01);
        yield undefined;
      }
    })();
    const worker = go(cooperate, endless);
    yield* sleep(50);
    assert.ok(now() < 55, `${now()}`);
    assert.ok(steps > 4_000, `${steps}`);
    worker.cancel();
  });
});

test("work can be paused and resumed, and stopped for good", async () => {
  await simulate(function* () {
    const log: string[] = [];
    let open = new Latch();
    open.open();
    const worker: Task<number> = go(cooperate, logging(log, "a", 1_000), () => open.wait());
    for (let i = 0; i < 3; i++) yield* yieldNow();
    open = new Latch(); // paused
    for (let i = 0; i < 10; i++) yield* yieldNow();
    const paused = log.length;
    assert.ok(paused >= 2 && paused <= 5, `${paused}`);
    open.open(); // resumed
    for (let i = 0; i < 10; i++) yield* yieldNow();
    assert.ok(log.length > paused + 5);
    worker.cancel("stopped");
    assert.equal((yield* caught(TaskCancelledError, worker)).reason, "stopped");
  });
});

test("an iterator that fails ends its own work with that error", async () => {
  await simulate(function* () {
    const breaks = (function* (): Generator<undefined> {
      yield undefined;
      throw new RangeError("boom");
    })();
    yield* group(
      function* (g) {
        const [bad, good] = [g.go(cooperate, breaks), g.go(cooperate, logging([], "a", 5))];
        yield* caught(RangeError, bad);
        assert.equal(yield* good, 5);
      },
      { failures: "isolate" },
    );
  });
});

test("a looping call is on the grid of its start, never overlaps, and counts the beats it has missed", async () => {
  await simulate(function* () {
    const beats = ticker(10);
    const log: string[] = [];
    const call = function* (due: number): Operation<void> {
      log.push(`${due} at ${now()}, missed ${beats.missed}`);
      yield* sleep(due === 20 ? 25 : 2);
      if (due >= 50) beats.stop();
    };
    const calls = go(() => map(beats, call, { concurrency: 1 }));
    yield* sleep(80);
    calls.cancel();
    assert.deepEqual(log, ["10 at 10, missed 0", "20 at 20, missed 0", "40 at 45, missed 1", "50 at 50, missed 1"]);
  });
});

test("a looping call whose function fails stops, and the error is told", async () => {
  await simulate(function* () {
    const beats = ticker(10);
    let calls = 0;
    const fails = (): void => {
      if (++calls === 3) throw new RangeError("third");
    };
    assert.equal((yield* caught(RangeError, map(beats, fails, { concurrency: 1 }))).message, "third");
    assert.equal(now(), 30);
    yield* sleep(100);
    assert.equal(calls, 3);
    beats.stop();
  });
});
