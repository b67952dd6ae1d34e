// timer: those of one deadline go off in the order they were armed, among themselves and among sleeps.

import assert from "node:assert/strict";
import { test } from "node:test";
import { go, type Operation, type Selectable, sleep, timer, yieldNow } from "offshoot";
import { Random } from "../../src/base/random.ts";
import { simulate } from "../../src/testing/simulate.ts";

const logging = (log: string[], name: string, op: Selectable<unknown>) =>
  go(function* () {
    yield* op;
    log.push(name);
  });

test("equal deadlines go off in the order of arming, whoever began to wait first", async () => {
  await simulate(function* () {
    const log: string[] = [];
    const [a, b, c] = [timer(10), timer(10), timer(10)];
    for (const [name, t] of Object.entries({ c, a, b })) logging(log, name, t.fired);
    yield* sleep(20);
    assert.deepEqual(log, ["a", "b", "c"]);
  });
});

test("a reset arms anew, so the timer goes behind those armed before", async () => {
  await simulate(function* () {
    const log: string[] = [];
    const [a, b] = [timer(10), timer(10)];
    logging(log, "a", a.fired);
    logging(log, "b", b.fired);
    yield* sleep(4);
    assert.equal(a.reset(6), true);
    yield* sleep(10);
    assert.deepEqual(log, ["b", "a"]);
  });
});

test("a sleep is armed when it is started, a timer when it is made", async () => {
  await simulate(function* () {
    const log: string[] = [];
    const before = timer(10);
    logging(log, "sleep 1", sleep(10));
    yield* yieldNow();
    const after = timer(10);
    logging(log, "after", after.fired);
    logging(log, "sleep 2", sleep(10));
    logging(log, "before", before.fired);
    yield* sleep(20);
    assert.deepEqual(log, ["before", "sleep 1", "after", "sleep 2"]);
  });
});

test("a thousand timers armed, stopped and reset at random go off as a sorted list says", async () => {
  await simulate(function* (): Operation<void> {
    const random = new Random(7);
    const log: number[] = [];
    const timers = Array.from({ length: 1_000 }, () => timer(random.below(50) + 100));
    const due = new Map<number, readonly [number, number]>();
    let order = 0;
    const dates = new Map<number, number>();
    timers.forEach((t, i) => {
      go(function* () {
        dates.set(i, yield* t.fired);
        log.push(i);
      });
    });
    for (let step = 0; step < 3_000; step++) {
      if (step % 100 === 0) yield* sleep(1);
      const i = random.below(1_000);
      const t = timers[i];
      if (random.below(4) === 0) {
        t?.stop();
        due.delete(i);
      } else {
        const ms = random.below(50) + 100;
        t?.reset(ms);
        due.set(i, [(step - (step % 100)) / 100 + 1 + ms, order++]);
      }
    }
    timers.forEach((t, i) => {
      if (due.has(i)) return;
      t.reset(500); // those that were never touched, and those that are stopped
      due.set(i, [530, order++]);
    });
    yield* sleep(1_000);
    const expected = [...due].sort(([, [at, n]], [, [other, m]]) => at - other || n - m);
    assert.deepEqual(
      log,
      expected.map(([i]) => i),
    );
    for (const [i, [at]] of expected) assert.equal(dates.get(i), at);
  });
});
