// What acquire() returns, whose permits release() gives back, and the odd numbers of permits: none, and without end.

import assert from "node:assert/strict";
import { test } from "node:test";
import { go, MisuseError, Semaphore, yieldNow } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { thrown } from "../support/caught.ts";
import { check } from "../support/sync.ts";

test("disposing gives back what is left of a grant, once", async () => {
  await simulate(function* () {
    const permits = new Semaphore(5);
    const three = yield* permits.acquire(3);
    permits.release(1);
    assert.equal(permits.available, 3);
    three[Symbol.dispose]();
    assert.equal(permits.available, 5);
    three[Symbol.dispose]();
    const two = yield* permits.acquire(2);
    three[Symbol.dispose]();
    assert.equal(permits.available, 3);
    permits.release(2);
    two[Symbol.dispose]();
    assert.equal(permits.available, 5);
    check(permits);
  });
});

test("release gives back what the task has had longest, then what anybody has had longest", async () => {
  await simulate(function* () {
    const permits = new Semaphore(6);
    const theirs = yield* go(() => permits.acquire(2));
    const [mine, later] = [yield* permits.acquire(2), yield* permits.acquire(1)];
    permits.release(2);
    mine[Symbol.dispose]();
    assert.equal(permits.available, 3);
    permits.release(2); // the later one, and one of theirs
    later[Symbol.dispose]();
    assert.equal(permits.available, 5);
    theirs[Symbol.dispose]();
    assert.equal(permits.available, 6);
    check(permits);
  });
});

test("an acquisition of nothing stands in line, holds nothing, and gives back nothing", async () => {
  await simulate(function* () {
    const permits = new Semaphore(1);
    const none = yield* permits.acquire(0);
    none[Symbol.dispose]();
    permits.release(0);
    yield* permits.acquire();
    const [one, zero] = [go(() => permits.acquire(1)), go(() => permits.acquire(0))];
    yield* yieldNow();
    assert.deepEqual([one.status, zero.status], ["waiting", "waiting"]);
    permits.release();
    yield* zero;
    yield* one;
    assert.equal(permits.available, 0);
    check(permits);
    yield* new Semaphore(0).acquire(0);
  });
});

test("a semaphore of Infinity never makes anybody wait, and counts what is held", async () => {
  await simulate(function* () {
    const permits = new Semaphore(Number.POSITIVE_INFINITY);
    yield* permits.acquire(1_000_000);
    assert.equal(permits.available, Number.POSITIVE_INFINITY);
    permits.release(999_999);
    assert.match(thrown(MisuseError, () => permits.release(2)).message, /only 1 are held/);
    permits.release();
    check(permits);
  });
});
