// WaitGroup: a count, those who wait for zero, and tasks that are counted while they live.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  channel,
  go,
  MisuseError,
  never,
  select,
  selectNow,
  sleep,
  TaskCancelledError,
  WaitGroup,
  yieldNow,
} from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught, thrown } from "../support/caught.ts";
import { check, stuck } from "../support/sync.ts";

test("nobody waits at zero, and else until everything is done, in the order they came", async () => {
  await simulate(function* () {
    const work = new WaitGroup();
    assert.deepEqual([work.name, work.pending], ["waitgroup", 0]);
    assert.equal(yield* work.wait(), undefined);
    work.add(3);
    work.add(-1);
    assert.equal(work.pending, 2);
    const order: number[] = [];
    const waiters = [0, 1, 2].map((n) => go(() => work.wait().map(() => order.push(n))));
    yield* yieldNow();
    work.done();
    yield* yieldNow();
    assert.equal(order.length, 0);
    work.done();
    check(work);
    for (const waiter of waiters) yield* waiter;
    assert.deepEqual(order, [0, 1, 2]);
  });
});

test("a waiter that is cancelled gives up its place, and the count stays", async () => {
  await simulate(function* () {
    const work = new WaitGroup();
    work.add(1);
    const [one, two] = [go(() => work.wait()), go(() => work.wait())];
    yield* yieldNow();
    one.cancel();
    check(work);
    yield* caught(TaskCancelledError, one);
    assert.deepEqual([work.pending, two.status], [1, "waiting"]);
    work.done();
    yield* two;
  });
});

test("a count below zero is misuse, and stays what it was", async () => {
  await simulate(function* () {
    const work = new WaitGroup({ name: "uploads" });
    assert.equal(
      thrown(MisuseError, () => work.done()).message,
      'WaitGroup.done: "uploads" would be at -1. Call done() once for each that was added.',
    );
    work.add(2);
    const waiter = go(() => work.wait());
    yield* yieldNow();
    assert.match(thrown(MisuseError, () => work.add(-3)).message, /^WaitGroup\.add: "uploads" would be at -1\./);
    assert.deepEqual([work.pending, waiter.status], [2, "waiting"]);
    check(work);
    work.add(-2);
    yield* waiter;
  });
});

test("a number that cannot be is misuse", () => {
  const work = new WaitGroup();
  for (const n of [Number.NaN, 0.5, Number.POSITIVE_INFINITY, 2 ** 53, "1", undefined, null] as number[])
    assert.match(
      thrown(MisuseError, () => work.add(n)).message,
      /^WaitGroup\.add: the number must be a whole one, got /,
    );
  work.add(0);
  assert.equal(work.pending, 0);
  assert.match(thrown(MisuseError, () => new WaitGroup(3 as never)).message, /^WaitGroup: options must be an object/);
});

test("using it again before those who were woken have gone on is misuse; after that it serves again", async () => {
  await simulate(function* () {
    const work = new WaitGroup({ name: "round" });
    for (let round = 0; round < 3; round++) {
      work.add(1);
      const waiters = [go(() => work.wait()), go(() => select({ done: work.wait(), again: work.wait() }))] as const;
      yield* yieldNow();
      work.done();
      for (const use of [() => work.add(1), () => work.go(() => {})]) {
        assert.match(
          thrown(MisuseError, use).message,
          /^WaitGroup\.(add|go): "round" is used again before 2 who waited have gone on\. Make a new one for each round/,
        );
        assert.equal(work.pending, 0);
      }
      yield* waiters[0];
      yield* waiters[1];
      check(work);
    }
  });
});

test("a waiter that was woken and then cancelled has gone on as well", async () => {
  await simulate(function* () {
    const work = new WaitGroup();
    work.add(1);
    const waiters = [
      go(() => work.wait()),
      go(() => select([work.wait().map(() => 1)])),
      go(async () => work.wait().then()),
    ];
    yield* sleep(1);
    work.done();
    for (const waiter of waiters) waiter.cancel();
    yield* sleep(1);
    work.add(1);
    work.done();
    check(work);
  });
});

test("it is a case of a select, nested, mapped, and twice in one", async () => {
  await simulate(function* () {
    const work = new WaitGroup();
    const ch = channel<number>();
    assert.equal(selectNow({ done: work.wait() })?.key, "done");
    work.add(1);
    assert.equal(selectNow({ done: work.wait() }), undefined);
    const loser = go(() => select({ a: work.wait(), b: select([work.wait(), ch.receive()]) }));
    const winner = go(() => select([select({ deep: work.wait().map(() => "done") }), work.wait(), never]));
    yield* yieldNow();
    yield* ch.send(1);
    assert.equal((yield* loser).key, "b");
    check(work);
    work.done();
    assert.deepEqual(yield* winner, { key: 0, value: { key: "deep", value: "done" } });
    work.add(1); // they have all gone on
  });
});

test("it can be awaited, and done by code outside tasks", async () => {
  const work = new WaitGroup();
  work.add(2);
  await simulate(function* () {
    const task = go(async () => {
      await work.wait();
      return "done";
    });
    yield* sleep(1);
    work.done();
    yield* go(async () => {
      await null;
      work.done();
    });
    assert.equal(yield* task, "done");
  });
});

test("one that is stuck says how many are to go", async () => {
  const report = await stuck(function* () {
    const work = new WaitGroup({ name: "uploads" });
    work.add(3);
    yield* work.wait();
  });
  assert.match(report, /waits for waitgroup\.wait uploads \(3 to go\)/);
});
