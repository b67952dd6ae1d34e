// timeout and moveOnAfter of leaves: one operation with one commit point. Composed operations are in timeout-composed.test.ts.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  always,
  channel,
  EndOfChannel,
  go,
  MisuseError,
  Mutex,
  moveOnAfter,
  never,
  now,
  type Operation,
  type Selectable,
  select,
  selectNow,
  sleep,
  TimeoutError,
  timeout,
  yieldNow,
} from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught, thrown } from "../support/caught.ts";
import { scheduler } from "../support/clock.ts";

/** The limit of a leaf is a leaf, which its type does not say. */
const leaf = <T>(op: Operation<T>): Selectable<T> => op as Selectable<T>;

test("a leaf in time gives its value, and the timer is taken back", async () => {
  await simulate(function* () {
    const ch = channel<number>();
    const sendAfter = function* (ms: number, value: number): Operation<void> {
      yield* sleep(ms);
      yield* ch.send(value);
    };
    go(sendAfter, 5, 1);
    assert.equal(yield* timeout(10, ch.receive()), 1);
    assert.equal(scheduler().hasTimers, false);
    go(sendAfter, 5, 2);
    assert.equal(scheduler().hasTimers, false);
    assert.equal(yield* moveOnAfter(10, ch.receive()), 2);
    assert.equal(scheduler().hasTimers, false);
    assert.equal(now(), 10);
  });
});

test("a leaf too late throws TimeoutError, which names it and its object, and has done nothing", async () => {
  await simulate(function* () {
    const ch = channel<number>(0, { name: "jobs" });
    const mutex = new Mutex({ name: "db" });
    const held = yield* mutex.lock();
    const error = yield* caught(TimeoutError, timeout(10, ch.receive()));
    assert.match(error.message, /^timeout: channel\.receive jobs took more than 10 ms\. Catch TimeoutError/);
    assert.equal(error.code, "OFFSHOOT_ERR_TIMEOUT");
    assert.match((yield* caught(TimeoutError, timeout(1.5, ch.send(1)))).message, /channel\.send jobs .* 1\.5 ms/);
    assert.match((yield* caught(TimeoutError, timeout(1, mutex.lock()))).message, /lock "?db"? took/);
    const slow = go(function slow() {
      return sleep(100);
    });
    assert.match((yield* caught(TimeoutError, timeout(1, slow))).message, /task\.join task #\d+ "slow" took/);
    assert.equal(slow.status, "waiting");
    slow.cancel();
    held[Symbol.dispose]();
    assert.equal(mutex.locked, false);
    assert.deepEqual([ch.stats().waitingReceivers, ch.stats().waitingSenders], [0, 0]);
    assert.equal(yield* moveOnAfter(5, ch.receive()), undefined);
    assert.equal(ch.stats().waitingReceivers, 0);
  });
});

test("a leaf that is ready is performed, even with no time at all", async () => {
  await simulate(function* () {
    const ch = channel<number>(4);
    for (const ms of [0, -5, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]) {
      ch.trySend(ms);
      assert.equal(yield* timeout(ms, ch.receive()), ms);
      assert.equal(yield* moveOnAfter(ms, always("ready")), "ready");
    }
    assert.equal(scheduler().hasTimers, false);
    assert.equal(now(), 0);
  });
});

test("below zero counts as zero: one look, one turn, no time", async () => {
  await simulate(function* () {
    const ch = channel<number>();
    for (const ms of [0, -1, Number.NEGATIVE_INFINITY]) {
      assert.match((yield* caught(TimeoutError, timeout(ms, ch.receive()))).message, /more than 0 ms/);
      assert.equal(yield* moveOnAfter(ms, never), undefined);
    }
    assert.equal(now(), 0);
  });
});

test("Infinity is no limit and arms no timer", async () => {
  await simulate(function* () {
    const ch = channel<number>();
    const task = go(() => timeout(Number.POSITIVE_INFINITY, ch.receive()));
    yield* sleep(1_000_000);
    assert.equal(scheduler().hasTimers, false);
    yield* ch.send(1);
    assert.equal(yield* task, 1);
  });
});

test("what is no number, or no operation, is misuse at the call", () => {
  // biome-ignore lint/suspicious/noExplicitAny: what callers without types do
  const verbs: [string, any][] = [
    ["timeout", timeout],
    ["moveOnAfter", moveOnAfter],
  ];
  for (const [name, verb] of verbs) {
    for (const ms of [Number.NaN, undefined, null, "5", 5n, {}])
      assert.match(
        thrown(MisuseError, () => verb(ms, never)).message,
        new RegExp(`^${name}: the time must be a number`),
      );
    for (const op of [undefined, null, 5, "x", Promise.resolve(), [], {}, function* () {}])
      assert.match(thrown(MisuseError, () => verb(5, op)).message, new RegExp(`^${name}: expected an operation`));
  }
});

test("the error of a leaf in time is thrown as it is", async () => {
  await simulate(function* () {
    const ch = channel<number>();
    go(function* () {
      yield* sleep(1);
      ch.close();
    });
    yield* caught(EndOfChannel, timeout(5, ch.receive()));
    const mapped = sleep(1).map((): void => {
      throw new RangeError("mapped");
    });
    yield* caught(RangeError, timeout(5, mapped));
    yield* caught(RangeError, moveOnAfter(5, mapped));
    assert.equal(scheduler().hasTimers, false);
  });
});

test("a leaf and a limit due at the same time: whichever was armed first", async () => {
  await simulate(function* () {
    yield* caught(TimeoutError, timeout(5, sleep(5))); // the limit is armed before what it limits
    const ch = channel<number>();
    const late = go(() => moveOnAfter(10, ch.receive()));
    yield* yieldNow();
    yield* sleep(10); // armed after the limit, so it ends after it
    assert.equal(ch.trySend(1), false);
    assert.equal(yield* late, undefined);
    const early = go(() => moveOnAfter(10.5, ch.receive()));
    yield* yieldNow();
    yield* sleep(10);
    assert.equal(ch.trySend(2), true);
    assert.equal(yield* early, 2);
  });
});

test("it is a leaf itself: awaited, mapped, selected and limited again", async () => {
  await simulate(function* () {
    const ch = channel<number>(2);
    ch.trySend(1);
    ch.trySend(2);
    assert.equal(yield* leaf(timeout(5, ch.receive())).map((n) => n * 10), 10);
    assert.deepEqual(selectNow({ it: leaf(timeout(5, ch.receive())) }), { key: "it", value: 2 });
    assert.equal(selectNow({ it: leaf(timeout(0, ch.receive())) }), undefined);
    const got = yield* select({
      long: leaf(timeout(50, never)),
      short: leaf(moveOnAfter(5, ch.receive())),
      other: sleep(9),
    });
    assert.deepEqual(got, { key: "short", value: undefined });
    yield* caught(TimeoutError, select([leaf(timeout(5, never)), sleep(9)]));
    assert.equal(scheduler().hasTimers, false);
    assert.match((yield* caught(TimeoutError, timeout(9, timeout(3, never)))).message, /more than 3 ms/);
    assert.match((yield* caught(TimeoutError, timeout(3, timeout(9, never)))).message, /more than 3 ms/);
    assert.equal(scheduler().hasTimers, false);
    const start = now();
    const error = yield* go(async () => {
      try {
        return await leaf(timeout(7, never));
      } catch (error) {
        return error;
      }
    });
    assert.ok(error instanceof TimeoutError);
    assert.equal(now() - start, 7);
  });
});

test("a losing one leaves no timer and nobody waiting", async () => {
  await simulate(function* () {
    const ch = channel<number>();
    yield* select([leaf(timeout(1_000, ch.receive())), select([leaf(moveOnAfter(900, ch.send(1)))]), sleep(1)]);
    const task = go(() => timeout(1_000, select([ch.receive(), leaf(timeout(500, ch.receive()))])));
    yield* sleep(1);
    assert.equal(ch.stats().waitingReceivers, 2);
    task.cancel();
    yield* yieldNow();
    assert.deepEqual([ch.stats().waitingReceivers, ch.stats().waitingSenders], [0, 0]);
    assert.equal(scheduler().hasTimers, false);
  });
});

test("one may be used again, and by two tasks at once", async () => {
  await simulate(function* () {
    const ch = channel<number>();
    const op = moveOnAfter(5, ch.receive());
    assert.equal(yield* op, undefined);
    const [one, two] = [go(() => op), go(() => op)];
    yield* yieldNow();
    yield* ch.send(1);
    assert.deepEqual([yield* one, yield* two], [1, undefined]);
    assert.equal(now(), 10);
  });
});
