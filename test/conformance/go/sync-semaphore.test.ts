// The weighted semaphore as Go's extended library has it. Other than there: asking for more than there are at all is misuse at once, not a wait for ever.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Cancelled,
  go,
  group,
  type Lock,
  MisuseError,
  never,
  type Operation,
  Semaphore,
  sleep,
  type Task,
  TaskCancelledError,
  yieldNow,
} from "offshoot";
import { simulate } from "../../../src/testing/simulate.ts";
import { caught, thrown } from "../../support/caught.ts";
import { orders } from "../../support/orders.ts";

test("tasks of different weights never hold more than there is, in any order", async () => {
  await orders(30, function* () {
    const n = 5;
    const permits = new Semaphore(n);
    let out = 0;
    const tasks = Array.from({ length: n }, (_, i) =>
      go(function* (): Operation<void> {
        const weight = i + 1;
        for (let round = 0; round < 6; round++) {
          yield* permits.acquire(weight);
          out += weight;
          assert.ok(out <= n);
          yield* sleep(1);
          out -= weight;
          permits.release(weight);
        }
      }),
    );
    for (const task of tasks) yield* task;
    assert.equal(permits.available, n);
  });
});

test("releasing more than is held cannot pass unseen, and acquiring again works", () => {
  const permits = new Semaphore(1);
  thrown(MisuseError, () => permits.release(1));
  assert.ok(permits.tryAcquire(1));
  thrown(MisuseError, () => permits.release(2));
  permits.release(1);
  assert.ok(permits.tryAcquire(1));
});

test("tryAcquire succeeds where permits are free, and only there", async () => {
  await simulate(function* () {
    const permits = new Semaphore(2);
    const tries = [permits.tryAcquire(1), permits.tryAcquire(1), permits.tryAcquire(1)].map(
      (lock) => lock !== undefined,
    );
    permits.release(2);
    tries.push(permits.tryAcquire(1) !== undefined);
    yield* permits.acquire(1);
    tries.push(permits.tryAcquire(1) !== undefined);
    assert.deepEqual(tries, [true, true, false, true, false]);
  });
});

test("a request for more than there are in all is refused, and harms nobody", async () => {
  await simulate(function* () {
    const permits = new Semaphore(2);
    thrown(MisuseError, () => permits.acquire(3));
    yield* permits.acquire(2);
    thrown(MisuseError, () => permits.acquire(3));
    thrown(MisuseError, () => permits.tryAcquire(3));
    permits.release(2);
    yield* permits.acquire(2);
  });
});

test("a large request is not starved by a stream of small ones", async () => {
  await simulate(function* () {
    const n = 20;
    const permits = new Semaphore(n);
    yield* permits.acquire(n);
    let stop = false;
    const small = Array.from({ length: n }, () =>
      go(function* () {
        while (!stop) {
          yield* permits.acquire(1);
          yield* sleep(1);
          permits.release(1);
        }
      }),
    );
    yield* sleep(1);
    permits.release(n);
    yield* permits.acquire(n);
    stop = true;
    permits.release(n);
    for (const task of small) yield* task;
  });
});

test("one that is called off makes room for those behind it that fit", async () => {
  await simulate(function* () {
    const permits = new Semaphore(2);
    yield* permits.acquire(1);
    const large = go(() => permits.acquire(2));
    const small = go(() => permits.acquire(1));
    yield* yieldNow();
    assert.equal(small.status, "waiting");
    large.cancel();
    yield* small;
    yield* caught(TaskCancelledError, large);
    assert.equal(permits.available, 0);
  });
});

test("in a cancelled scope nothing is acquired, though everything is free", async () => {
  await simulate(function* () {
    const permits = new Semaphore(1);
    const held: Lock[] = [];
    yield* caught(
      TaskCancelledError,
      group(function* (g) {
        g.cancel();
        yield* caught(
          Cancelled,
          permits.acquire().map((lock) => held.push(lock)),
        );
        yield* never;
      }),
    );
    assert.deepEqual([held.length, permits.available], [0, 1]);
  });
});

test("requests are served in the order they came, whatever their size", async () => {
  await simulate(function* () {
    const permits = new Semaphore(10);
    yield* permits.acquire(10);
    const order: number[] = [];
    const sizes = [3, 10, 1, 7, 2, 10, 1];
    const tasks: Task<void>[] = sizes.map((n, i) =>
      go(function* () {
        yield* permits.acquire(n);
        order.push(i);
        yield* yieldNow();
        permits.release(n);
      }),
    );
    yield* yieldNow();
    permits.release(10);
    for (const task of tasks) yield* task;
    assert.deepEqual(order, [...sizes.keys()]);
  });
});
