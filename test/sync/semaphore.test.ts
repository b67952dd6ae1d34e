// Semaphore: permits, the line in front of them, weights, giving up, misuse, select.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Cancelled,
  channel,
  go,
  group,
  type Lock,
  never,
  Semaphore,
  select,
  selectNow,
  type Task,
  TaskCancelledError,
  yieldNow,
} from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught } from "../support/caught.ts";
import { check } from "../support/sync.ts";

test("permits are taken at once while there are some, and waited for when there are none", async () => {
  await simulate(function* () {
    const permits = new Semaphore(2);
    assert.equal(permits.name, "semaphore");
    yield* permits.acquire();
    assert.equal(permits.available, 1);
    assert.ok(permits.tryAcquire());
    assert.equal(permits.available, 0);
    assert.equal(permits.tryAcquire(), undefined);
    const waiter = go(() => permits.acquire());
    yield* yieldNow();
    assert.equal(waiter.status, "waiting");
    permits.release();
    assert.equal(permits.available, 0); // handed over in that step
    yield* waiter;
    permits.release(2);
    assert.equal(permits.available, 2);
    check(permits);
  });
});

test("a large request is not starved by small ones behind it, though they would fit", async () => {
  await simulate(function* () {
    const permits = new Semaphore(3);
    const order: number[] = [];
    yield* permits.acquire(2);
    const tasks = [3, 1, 2].map((n) =>
      go(function* () {
        yield* permits.acquire(n);
        order.push(n);
      }),
    );
    yield* yieldNow();
    assert.equal(permits.available, 1);
    assert.equal(permits.tryAcquire(1), undefined); // behind the line
    assert.ok(permits.tryAcquire(0) === undefined);
    permits.release(2);
    yield* tasks[0] as Task<void>;
    assert.deepEqual(order, [3]);
    permits.release(1);
    yield* tasks[1] as Task<void>;
    permits.release(2);
    yield* tasks[2] as Task<void>;
    assert.deepEqual(order, [3, 1, 2]);
    check(permits);
  });
});

test("one release serves as many as fit, in order", async () => {
  await simulate(function* () {
    const permits = new Semaphore(6);
    const order: string[] = [];
    yield* permits.acquire(6);
    for (const [name, n] of [
      ["a", 1],
      ["b", 2],
      ["c", 4],
      ["d", 1],
    ] as const)
      go(() => permits.acquire(n).map(() => order.push(name)));
    yield* yieldNow();
    permits.release(5);
    yield* yieldNow();
    assert.deepEqual(order, ["a", "b"]);
    assert.equal(permits.available, 2);
    check(permits);
    permits.release(2); // of the four that are left of a, b and the six
    yield* yieldNow();
    assert.deepEqual(order, ["a", "b", "c"]);
    permits.release(1);
    yield* yieldNow();
    assert.deepEqual(order, ["a", "b", "c", "d"]);
  });
});

test("when the first in line gives up, those behind it that fit now go through", async () => {
  await simulate(function* () {
    const permits = new Semaphore(4);
    yield* permits.acquire(2);
    const large = go(() => permits.acquire(4));
    const small = [1, 1, 1].map((n) => go(() => permits.acquire(n)));
    yield* yieldNow();
    assert.equal(permits.available, 2);
    large.cancel();
    check(permits);
    yield* caught(TaskCancelledError, large);
    yield* yieldNow();
    assert.deepEqual(
      small.map(({ status }) => status),
      ["succeeded", "succeeded", "waiting"],
    );
    assert.equal(permits.available, 0);
    permits.release();
    yield* small[2] as Task<Lock>;
  });
});

test("one further back that gives up lets nobody through, and takes nothing", async () => {
  await simulate(function* () {
    const permits = new Semaphore(2);
    yield* permits.acquire(1);
    const [first, second, third] = [2, 1, 1].map((n) => go(() => permits.acquire(n))) as [
      Task<Lock>,
      Task<Lock>,
      Task<Lock>,
    ];
    yield* yieldNow();
    second.cancel();
    yield* caught(TaskCancelledError, second);
    assert.deepEqual([first.status, third.status, permits.available], ["waiting", "waiting", 1]);
    check(permits);
    permits.release();
    yield* first;
    permits.release(1);
    yield* third;
  });
});

test("cancelling the whole line at once gives permits to nobody", async () => {
  await simulate(function* () {
    const permits = new Semaphore(3);
    const held = yield* permits.acquire(2);
    yield* caught(
      TaskCancelledError,
      group(function* (g) {
        for (const n of [3, 1, 1]) g.go(() => permits.acquire(n));
        yield* yieldNow();
        g.cancel();
        yield* never;
      }),
    );
    assert.equal(permits.available, 1);
    held[Symbol.dispose]();
    assert.equal(permits.available, 3);
    check(permits);
  });
});

test("in a cancelled scope acquire throws, though permits are there, and tryAcquire works", async () => {
  await simulate(function* () {
    const permits = new Semaphore(1);
    yield* caught(
      TaskCancelledError,
      group(function* (g) {
        g.cancel();
        yield* caught(Cancelled, permits.acquire());
        assert.equal(permits.available, 1);
        permits.tryAcquire()?.[Symbol.dispose]();
        yield* never;
      }),
    );
    assert.equal(permits.available, 1);
  });
});

test("an acquisition is a case of a select, nested, mapped, and twice in one", async () => {
  await simulate(function* () {
    const permits = new Semaphore(2);
    const ch = channel<number>();
    assert.equal((yield* select({ permit: permits.acquire(2), value: ch.receive() })).key, "permit");
    assert.equal(selectNow({ permit: permits.acquire() }), undefined);
    const loser = go(() => select({ two: permits.acquire(2), deep: select([permits.acquire(), ch.receive()]) }));
    const winner = go(() => select([select({ deep: permits.acquire(2).map(() => "two") }), permits.acquire(), never]));
    const last = go(() => permits.acquire());
    yield* yieldNow();
    yield* ch.send(1);
    assert.equal((yield* loser).key, "deep");
    permits.release(1);
    check(permits);
    assert.equal(winner.status, "waiting");
    permits.release(1);
    assert.deepEqual(yield* winner, { key: 0, value: { key: "deep", value: "two" } });
    assert.equal(last.status, "waiting");
    permits.release(2);
    yield* last;
    check(permits);
    assert.equal(permits.available, 1);
  });
});
