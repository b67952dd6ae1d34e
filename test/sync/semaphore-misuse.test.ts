// Semaphore: what cannot be a number of permits, more than there are, more than are held; and permits that are awaited.

import assert from "node:assert/strict";
import { test } from "node:test";
import { currentTask, go, MisuseError, Semaphore, sleep, yieldNow } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { thrown } from "../support/caught.ts";
import { check } from "../support/sync.ts";

const wrong = [Number.NaN, -1, 0.5, 2 ** 53, Number.NEGATIVE_INFINITY, "1", null, {}, 1n] as number[];

test("permits that are no whole number of at least 0 are misuse, when made, acquired, tried and released", async () => {
  await simulate(function* () {
    const permits = new Semaphore(3, { name: "db" });
    yield* permits.acquire();
    const rest = "the permits must be a whole number of at least 0";
    for (const n of wrong) {
      assert.match(
        thrown(MisuseError, () => new Semaphore(n)).message,
        new RegExp(`^Semaphore: ${rest}, or Infinity, got `),
      );
      for (const verb of ["acquire", "tryAcquire", "release"] as const)
        assert.match(
          thrown(MisuseError, () => permits[verb](n)).message,
          new RegExp(`^Semaphore.${verb}: ${rest}, got `),
        );
    }
    thrown(MisuseError, () => new Semaphore(undefined as never));
    thrown(MisuseError, () => permits.acquire(Number.POSITIVE_INFINITY));
    assert.match(
      thrown(MisuseError, () => new Semaphore(1, 5 as never)).message,
      /^Semaphore: options must be an object/,
    );
    assert.equal(permits.available, 2);
    check(permits);
  });
});

test("asking for more than there are in all is refused at the call, by name", () => {
  const permits = new Semaphore(3, { name: "db" });
  for (const verb of ["acquire", "tryAcquire"] as const)
    assert.equal(
      thrown(MisuseError, () => permits[verb](4)).message,
      `Semaphore.${verb}: 4 permits of "db", which has 3 in all. Ask for no more, or make it with more.`,
    );
  assert.equal(permits.available, 3);
  assert.ok(permits.tryAcquire(3));
});

test("releasing more than are held is refused, and gives back nothing", async () => {
  await simulate(function* () {
    const permits = new Semaphore(3, { name: "db" });
    assert.equal(
      thrown(MisuseError, () => permits.release()).message,
      'Semaphore.release: 1 permits of "db", but only 0 are held. Release what was acquired, once.',
    );
    yield* permits.acquire(2);
    const waiter = go(() => permits.acquire(2));
    yield* yieldNow();
    assert.match(thrown(MisuseError, () => permits.release(3)).message, /3 permits of "db", but only 2 are held/);
    assert.deepEqual([permits.available, waiter.status], [1, "waiting"]);
    check(permits);
    permits.release(2);
    yield* waiter;
    permits.release(2);
    thrown(MisuseError, () => permits.release());
    assert.equal(permits.available, 3);
  });
});

test("permits can be awaited, in async bodies and outside tasks, in the same line", async () => {
  await simulate(function* () {
    const permits = new Semaphore(2);
    const order: string[] = [];
    yield* permits.acquire(2);
    const inside = go(async () => {
      const me = currentTask();
      const permit = await permits.acquire(2);
      order.push("async");
      await me.run(sleep(1));
      permit[Symbol.dispose]();
    });
    yield* sleep(1);
    const outside = Promise.resolve(permits.acquire()).then((permit) => {
      order.push("outside");
      permit[Symbol.dispose]();
    });
    yield* sleep(1);
    const generator = go(() => permits.acquire(2).map(() => order.push("generator")));
    yield* sleep(1);
    permits.release(2);
    yield* inside;
    yield* go(() => outside);
    yield* generator;
    assert.deepEqual(order, ["async", "outside", "generator"]);
    check(permits);
  });
});

test("permits are no task's: another one may release them, and code outside tasks", async () => {
  const permits = new Semaphore(1);
  await simulate(function* () {
    yield* permits.acquire();
    yield* go(() => permits.release());
    yield* permits.acquire();
  });
  permits.release();
  assert.equal(permits.available, 1);
});
