// gevent's Timeout: nestable, silent or not, its own error, and what is different here: it needs no switch to be seen, and cannot be left open.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  always,
  Cancelled,
  channel,
  currentTask,
  Mutex,
  moveOnAfter,
  never,
  now,
  type Operation,
  Semaphore,
  shield,
  sleep,
  TimeoutError,
  timeout,
} from "offshoot";
import { simulate } from "../../../src/testing/simulate.ts";
import { caught } from "../../support/caught.ts";
import { lasts, scheduler } from "../../support/clock.ts";

function* work(ms: number): Operation<string> {
  yield* sleep(ms);
  return "worked";
}

test("a block in time is left alone, and its timer is gone", async () => {
  await simulate(function* () {
    assert.equal(yield* timeout(10, work(5)), "worked");
    assert.equal(scheduler().hasTimers, false);
    yield* sleep(100); // nothing goes off later
    assert.equal(now(), 105);
  });
});

test("a block too late is left with the timeout's own error, or silently", async () => {
  await simulate(function* () {
    yield* caught(TimeoutError, timeout(5, work(10)));
    assert.equal(yield* moveOnAfter(5, work(10)), undefined);
    assert.equal(now(), 10);
  });
});

test("an error of one's own is thrown by catching", async () => {
  await simulate(function* () {
    const own = function* (): Operation<string> {
      try {
        return yield* timeout(5, work(10));
      } catch (error) {
        if (error instanceof TimeoutError) throw new RangeError("no answer", { cause: error });
        throw error;
      }
    };
    assert.ok((yield* caught(RangeError, own())).cause instanceof TimeoutError);
  });
});

test("no limit at all is Infinity, a limit of nothing lets through what is ready", async () => {
  await simulate(function* () {
    const ch = channel<number>(1);
    assert.equal(yield* timeout(Number.POSITIVE_INFINITY, work(1e9)), "worked");
    ch.trySend(1);
    assert.equal(yield* timeout(0, ch.receive()), 1);
    yield* caught(TimeoutError, timeout(0, ch.receive()));
  });
});

test("of two limits the shorter one goes off, and only the one that asked sees it as its own", async () => {
  await simulate(function* () {
    const within = (inner: number): Operation<string> =>
      (function* () {
        return (yield* moveOnAfter(inner, work(100))) ?? "inner moved on";
      })();
    assert.equal(yield* timeout(50, within(10)), "inner moved on");
    yield* caught(TimeoutError, timeout(10, within(50)));
    assert.equal(yield* moveOnAfter(10, within(50)), undefined);
  });
});

test("a body that catches everything is not let go on by that", async () => {
  await simulate(function* () {
    let tries = 0;
    const catches = function* (): Operation<void> {
      for (; tries < 5; tries++) {
        try {
          yield* sleep(100);
        } catch {}
      }
      yield* sleep(100);
    };
    yield* caught(TimeoutError, timeout(5, catches()));
    assert.equal(tries, 5);
    assert.equal(now(), 5);
  });
});

test("a body that never waits is ended at one of its operations, ready or not", async () => {
  await simulate(function* () {
    let steps = 0;
    const spins = function* (): Operation<never> {
      for (;;) {
        lasts(0.1);
        steps++;
        yield* always(null);
      }
    };
    yield* caught(TimeoutError, timeout(50, spins()));
    assert.ok(now() >= 50 && now() < 80, `${now()}`); // it has its turn of 128 operations at a time
    assert.equal(steps, Math.round(now() * 10));
  });
});

test("every wait has a limit in the same way: locks, permits, tasks, channels; none is held or taken after", async () => {
  await simulate(function* () {
    const mutex = new Mutex();
    const permits = new Semaphore(1);
    const ch = channel<number>();
    const [lock, permit] = [yield* mutex.lock(), yield* permits.acquire()];
    for (const wait of [mutex.lock(), permits.acquire(), ch.receive(), ch.send(1), never]) {
      yield* caught(TimeoutError, timeout(5, wait as Operation<unknown>));
      assert.equal(yield* moveOnAfter(5, wait as Operation<unknown>), undefined);
    }
    lock[Symbol.dispose]();
    permit[Symbol.dispose]();
    assert.equal(mutex.locked, false);
    assert.equal(permits.available, 1);
    assert.deepEqual([ch.stats().waitingReceivers, ch.stats().waitingSenders], [0, 0]);
  });
});

test("cleanup after the time is up may wait, if it is shielded, and may have a limit of its own", async () => {
  await simulate(function* () {
    const log: string[] = [];
    const op = function* (): Operation<void> {
      try {
        yield* never;
      } catch (error) {
        assert.ok(error instanceof Cancelled && error.reason instanceof TimeoutError);
        assert.equal(yield* shield(moveOnAfter(3, work(100))), undefined);
        log.push(`gave up at ${now()}`);
        throw error;
      }
    };
    yield* caught(TimeoutError, timeout(5, op()));
    assert.deepEqual(log, ["gave up at 8"]);
    assert.equal(currentTask().signal.aborted, false); // the task itself was not cancelled
  });
});
