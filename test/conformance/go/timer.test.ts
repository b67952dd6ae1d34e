// Go's timers since 1.23: stop and reset answer whether the time was still to be received, and no stale time is ever received after them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { go, select, selectNow, sleep, TaskCancelledError, timer, yieldNow } from "offshoot";
import { simulate } from "../../../src/testing/simulate.ts";
import { caught } from "../../support/caught.ts";

/** Where a timer of 10 ms is when something is done to it, and whether its time is still to be received. */
const states = [
  { name: "running", after: 5, read: false, pending: true },
  { name: "expired and unread", after: 20, read: false, pending: true },
  { name: "read", after: 20, read: true, pending: false },
] as const;

for (const { name, after, read, pending } of states) {
  test(`stop of a timer that is ${name} is ${pending}, a second one false, and nothing is received`, async () => {
    await simulate(function* () {
      const t = timer(10);
      yield* sleep(after);
      if (read) assert.equal(yield* t.fired, 10);
      assert.equal(t.stop(), pending);
      assert.equal(t.stop(), false);
      assert.equal(selectNow([t.fired]), undefined);
      assert.equal((yield* select([t.fired, sleep(100)])).key, 1);
    });
  });

  for (const ms of [0, 30]) {
    test(`reset to ${ms} ms of a timer that is ${name} is ${pending}, and only the new time is received`, async () => {
      await simulate(function* () {
        const t = timer(10);
        yield* sleep(after);
        if (read) yield* t.fired;
        assert.equal(t.reset(ms), pending);
        if (ms > 0) assert.equal(selectNow([t.fired]), undefined);
        assert.equal(yield* t.fired, after + ms);
        assert.equal(t.stop(), false);
        assert.equal((yield* select([t.fired, sleep(100)])).key, 1);
      });
    });
  }
}

test("a stopped timer can be set going again, and the answer is false", async () => {
  await simulate(function* () {
    const t = timer(10);
    t.stop();
    yield* sleep(50);
    assert.equal(t.reset(10), false);
    assert.equal(yield* t.fired, 60);
  });
});

test("a reset while a task waits moves its time, both ways", async () => {
  await simulate(function* () {
    const t = timer(10);
    for (const ms of [50, 3, 0]) {
      const start = yield* sleep(0).map(() => t.reset(10));
      assert.equal(start, ms === 50);
      const waits = go(() => t.fired);
      yield* sleep(1);
      assert.equal(t.reset(ms), true);
      const at = yield* waits;
      assert.equal(at, { 50: 51, 3: 55, 0: 56 }[ms]);
    }
  });
});

test("stop while a task waits leaves it waiting, until a reset or its cancellation", async () => {
  await simulate(function* () {
    const t = timer(10);
    const [first, second] = [go(() => t.fired), go(() => t.fired)];
    yield* yieldNow();
    assert.equal(t.stop(), true);
    yield* sleep(100);
    assert.deepEqual([first.status, second.status], ["waiting", "waiting"]);
    t.reset(10);
    assert.equal(yield* first, 110);
    second.cancel();
    yield* caught(TaskCancelledError, second);
  });
});

test("the time received is when it was due, however late it is read", async () => {
  await simulate(function* () {
    const t = timer(10);
    yield* sleep(1_000);
    assert.equal(yield* t.fired, 10);
  });
});

test("a loop that resets its idle timer at each item never sees the time of an earlier item", async () => {
  await simulate(function* () {
    const idle = timer(10);
    for (let i = 0; i < 1_000; i++) {
      const pause = (i * 7) % 13; // from 0 to 12: some are longer than the timer takes
      const got = yield* select({ idle: idle.fired, item: sleep(pause) }, { priority: true });
      assert.equal(got.key, pause < 10 ? "item" : "idle");
      if (i % 3 === 0) yield* sleep(pause); // may expire unread
      const pending = idle.reset(10);
      assert.equal(pending, got.key === "item");
      assert.equal(selectNow([idle.fired]), undefined);
    }
  });
});

test("delays below zero are due at once, and those beyond any date never", async () => {
  await simulate(function* () {
    assert.deepEqual(selectNow([timer(-1).fired]), { key: 0, value: 0 });
    const far = timer(Number.MAX_VALUE);
    assert.equal((yield* select([far.fired, sleep(1e12)])).key, 1);
    assert.equal(far.stop(), true);
  });
});
