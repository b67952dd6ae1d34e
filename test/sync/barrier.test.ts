// Barrier: parties that wait for each other, round after round.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Barrier,
  channel,
  go,
  MisuseError,
  select,
  selectNow,
  sleep,
  type Task,
  TaskCancelledError,
  yieldNow,
} from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught, thrown } from "../support/caught.ts";
import { check, stuck } from "../support/sync.ts";

test("all go on when the last has come, each with its place of arrival", async () => {
  await simulate(function* () {
    const barrier = new Barrier(3);
    assert.equal(barrier.name, "barrier");
    const tasks = [0, 1].map(() => go(() => barrier.wait()));
    yield* yieldNow();
    assert.deepEqual(
      tasks.map(({ status }) => status),
      ["waiting", "waiting"],
    );
    assert.equal(yield* barrier.wait(), 2); // does not wait
    assert.deepEqual([yield* tasks[0] as Task<number>, yield* tasks[1] as Task<number>], [0, 1]);
    check(barrier);
  });
});

test("it serves round after round, and nobody laps the others", async () => {
  await simulate(function* () {
    const barrier = new Barrier(4);
    const at = [0, 0, 0, 0];
    const leaders: number[] = [];
    const tasks = at.map((_, n) =>
      go(function* () {
        for (let round = 0; round < 20; round++) {
          if (n % 2 === 0) yield* sleep(n * 3);
          at[n] = round;
          assert.ok(at.every((other) => other === round || other === round - 1 || round === 0));
          if ((yield* barrier.wait()) === 0) leaders.push(round);
          assert.ok(at.every((other) => other >= round));
        }
      }),
    );
    for (const task of tasks) yield* task;
    assert.deepEqual(leaders, [...Array(20).keys()]);
    check(barrier);
  });
});

test("a party that is cancelled has not arrived: the places of those behind move up", async () => {
  await simulate(function* () {
    const barrier = new Barrier(3);
    const [one, two] = [go(() => barrier.wait()), go(() => barrier.wait())];
    yield* yieldNow();
    one.cancel();
    check(barrier);
    yield* caught(TaskCancelledError, one);
    const three = go(() => barrier.wait());
    yield* yieldNow();
    assert.deepEqual([two.status, three.status], ["waiting", "waiting"]);
    assert.equal(yield* barrier.wait(), 2);
    assert.deepEqual([yield* two, yield* three], [0, 1]);
  });
});

test("a party that is cancelled after the last has come has arrived", async () => {
  await simulate(function* () {
    const barrier = new Barrier(2);
    const places: number[] = [];
    const one = go(function* () {
      places.push(yield* barrier.wait());
    });
    yield* yieldNow();
    yield* barrier.wait();
    one.cancel();
    yield* one;
    assert.deepEqual(places, [0]);
  });
});

test("one party never waits", async () => {
  await simulate(function* () {
    const barrier = new Barrier(1);
    for (let i = 0; i < 3; i++) assert.equal(yield* barrier.wait(), 0);
  });
});

test("parties that cannot be are misuse", () => {
  for (const parties of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, "2", undefined] as number[])
    assert.match(
      thrown(MisuseError, () => new Barrier(parties)).message,
      /^Barrier: the parties must be a whole number of at least 1, got /,
    );
  assert.match(thrown(MisuseError, () => new Barrier(1, null as never)).message, /^Barrier: options must be an object/);
});

test("it is a case of a select, where whoever waits with two cases counts once", async () => {
  await simulate(function* () {
    const barrier = new Barrier(2);
    const ch = channel<string>();
    assert.equal(selectNow({ all: barrier.wait() }), undefined);
    const loser = go(() => select({ a: barrier.wait(), b: select([barrier.wait()]), word: ch.receive() }));
    yield* yieldNow();
    check(barrier);
    yield* ch.send("no");
    assert.equal((yield* loser).key, "word");
    check(barrier);

    const twice = go(() => select({ a: barrier.wait(), b: select({ deep: barrier.wait().map((n) => `${n}`) }) }));
    yield* yieldNow();
    check(barrier);
    assert.equal(twice.status, "waiting");
    assert.deepEqual(selectNow({ all: barrier.wait() }), { key: "all", value: 1 });
    check(barrier);
    assert.deepEqual(yield* twice, { key: "a", value: 0 });

    const cancelled = go(() => select([barrier.wait(), barrier.wait()]));
    yield* yieldNow();
    cancelled.cancel();
    check(barrier);
    const last = go(() => barrier.wait());
    yield* yieldNow();
    assert.equal(last.status, "waiting");
    yield* barrier.wait();
    yield* last;
  });
});

test("it can be awaited, and says how many have come when it is stuck", async () => {
  await simulate(function* () {
    const barrier = new Barrier(2);
    const task = go(async () => await barrier.wait());
    yield* sleep(1);
    assert.equal(yield* barrier.wait(), 1);
    assert.equal(yield* task, 0);
  });
  const report = await stuck(function* () {
    const barrier = new Barrier(3, { name: "start" });
    go(() => barrier.wait());
    yield* barrier.wait();
  });
  assert.match(report, /waits for barrier\.wait start \(2 of 3 have come\)/);
});
