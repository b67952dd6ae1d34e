// any started the leaves that were left again each time one of them failed: calls were made twice, limits began anew, and places in line were lost.

import assert from "node:assert/strict";
import { test } from "node:test";
import { any, callback, go, Mutex, never, now, sleep, timeout, until, yieldNow } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught } from "../support/caught.ts";

test("a call that has not failed is neither aborted nor made again when another one fails", async () => {
  await simulate(function* () {
    const log: string[] = [];
    const failing = [1, 2, 3].map(() =>
      callback((_, reject) => {
        log.push("call");
        queueMicrotask(() => reject(new Error("no")));
      }),
    );
    const slow = until(async (signal) => {
      log.push("slow call");
      signal.addEventListener("abort", () => log.push("aborted"));
      for (let i = 0; i < 20; i++) await null;
      return "slow";
    });
    assert.equal(yield* any([...failing, slow]), "slow");
    assert.deepEqual(log, ["call", "call", "call", "slow call"]);
  });
});

test("limits run from the start of any", async () => {
  await simulate(function* () {
    const start = now();
    const error = yield* caught(AggregateError, any([timeout(50, never), timeout(100, never), timeout(150, never)]));
    assert.equal(error.errors.length, 3);
    assert.equal(now() - start, 150);
  });
});

test("whoever waits for a lock keeps the place in line", async () => {
  await simulate(function* () {
    const mutex = new Mutex();
    yield* mutex.lock();
    const log: string[] = [];
    go(function* () {
      yield* any([mutex.lock(), timeout(5, never)]);
      log.push("first");
      mutex.unlock();
    });
    go(function* () {
      yield* yieldNow();
      yield* mutex.lock();
      log.push("second");
      mutex.unlock();
    });
    yield* sleep(10);
    mutex.unlock();
    yield* sleep(1);
    assert.deepEqual(log, ["first", "second"]);
  });
});
