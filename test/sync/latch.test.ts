// Latch: shut until it is opened, and then open for ever.

import assert from "node:assert/strict";
import { test } from "node:test";
import { channel, go, Latch, MisuseError, select, selectNow, sleep, TaskCancelledError, yieldNow } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught, thrown } from "../support/caught.ts";
import { check, stuck } from "../support/sync.ts";

test("those who wait go on when it is opened, in the order they came, and later ones do not wait", async () => {
  await simulate(function* () {
    const latch = new Latch();
    assert.deepEqual([latch.name, latch.isOpen], ["latch", false]);
    const order: number[] = [];
    const tasks = [0, 1, 2].map((n) => go(() => latch.wait().map(() => order.push(n))));
    yield* yieldNow();
    assert.equal(order.length, 0);
    latch.open();
    check(latch);
    assert.equal(latch.isOpen, true);
    assert.equal(yield* latch.wait(), undefined);
    order.push(3); // an open one makes nobody wait
    for (const task of tasks) yield* task;
    assert.deepEqual(order, [3, 0, 1, 2]);
  });
});

test("opening twice does nothing", async () => {
  await simulate(function* () {
    const latch = new Latch();
    const task = go(() => latch.wait());
    yield* yieldNow();
    latch.open();
    latch.open();
    yield* task;
    latch.open();
    assert.equal(latch.isOpen, true);
    yield* latch.wait();
    check(latch);
  });
});

test("it may be opened by code outside tasks, before or while it is waited for", async () => {
  const [before, during] = [new Latch(), new Latch()];
  before.open();
  await simulate(function* () {
    yield* before.wait();
    Promise.resolve().then(() => during.open());
    yield* go(async () => {
      await null;
      await during.wait();
    });
  });
});

test("a waiter that is cancelled gives up its place, and the others go on", async () => {
  await simulate(function* () {
    const latch = new Latch();
    const [one, two] = [go(() => latch.wait()), go(() => latch.wait())];
    yield* yieldNow();
    one.cancel();
    check(latch);
    yield* caught(TaskCancelledError, one);
    assert.deepEqual([latch.isOpen, two.status], [false, "waiting"]);
    latch.open();
    yield* two;
  });
});

test("it is a case of a select, nested, mapped, and twice in one", async () => {
  await simulate(function* () {
    const latch = new Latch();
    const ch = channel<number>();
    assert.equal(selectNow({ open: latch.wait() }), undefined);
    const loser = go(() => select({ open: latch.wait(), again: latch.wait(), value: ch.receive() }));
    const winner = go(() => select([select({ deep: latch.wait().map(() => "open") }), latch.wait(), sleep(100)]));
    yield* yieldNow();
    yield* ch.send(1);
    assert.equal((yield* loser).key, "value");
    check(latch);
    latch.open();
    check(latch);
    assert.deepEqual(yield* winner, { key: 0, value: { key: "deep", value: "open" } });
    assert.equal(selectNow({ open: latch.wait() })?.key, "open");
  });
});

test("a latch that nobody opens is told by its name", async () => {
  const report = await stuck(() => new Latch({ name: "start" }).wait());
  assert.match(report, /waits for latch\.wait start, for 0 ms/);
});

test("a name that cannot be is misuse", () => {
  assert.match(
    thrown(MisuseError, () => new Latch({ name: 1 as never })).message,
    /^Latch: the name must be a string, got a number \(1\)\.$/,
  );
});
