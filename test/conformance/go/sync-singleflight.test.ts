// singleflight as Go's extended library has it: duplicates are suppressed, errors and panics go to all, Forget. A caller's own cancellation touches nobody else.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  currentTask,
  go,
  Latch,
  never,
  type Operation,
  SingleFlight,
  sleep,
  TaskCancelledError,
  yieldNow,
} from "offshoot";
import { simulate } from "../../../src/testing/simulate.ts";
import { caught } from "../../support/caught.ts";
import { orders } from "../../support/orders.ts";

test("a single call gives its value, or its error", async () => {
  await simulate(function* () {
    const flights = new SingleFlight<string, string>();
    assert.deepEqual(yield* flights.do("key", () => "bar"), { value: "bar", shared: false });
    const boom = new RangeError("boom");
    const failing = function* (): Operation<string> {
      yield* yieldNow();
      throw boom;
    };
    assert.equal(yield* caught(RangeError, flights.do("key", failing)), boom);
  });
});

test("ten callers of one key make one call, and all get its value", async () => {
  await orders(50, function* () {
    const flights = new SingleFlight<string, string>();
    const [begun, finish] = [new Latch(), new Latch()];
    let calls = 0;
    const body = function* (): Operation<string> {
      calls++;
      begun.open();
      yield* finish.wait();
      return "bar";
    };
    const callers = Array.from({ length: 10 }, () => go(() => flights.do("key", body)));
    yield* begun.wait();
    while (callers.some(({ status }) => status !== "waiting")) yield* yieldNow();
    finish.open();
    for (const caller of callers) assert.deepEqual(yield* caller, { value: "bar", shared: true });
    assert.equal(calls, 1);
  });
});

test("a forgotten call goes on for those who asked, and the next caller starts another", async () => {
  await simulate(function* () {
    const flights = new SingleFlight<string, number>();
    const [first, second] = [new Latch(), new Latch()];
    const one = go(() => flights.do("key", () => first.wait().map(() => 1)));
    yield* yieldNow();
    flights.forget("key");
    const two = go(() => flights.do("key", () => second.wait().map(() => 2)));
    yield* yieldNow();
    const three = go(() => flights.do("key", () => 3));
    yield* yieldNow();
    first.open();
    assert.equal((yield* one).value, 1);
    assert.equal(three.status, "waiting"); // it has joined the second call, which the end of the first has not ended
    second.open();
    assert.deepEqual(
      [yield* two, yield* three],
      [
        { value: 2, shared: true },
        { value: 2, shared: true },
      ],
    );
  });
});

test("what a body throws, plain or after a wait, is thrown to each of its callers, and the key is free again", async () => {
  for (const body of [
    (): never => {
      throw new RangeError("plain");
    },
    function* (): Operation<never> {
      yield* sleep(1);
      throw new RangeError("late");
    },
    async (): Promise<never> => {
      throw new RangeError("async");
    },
  ])
    await simulate(function* () {
      const flights = new SingleFlight<string, number>();
      const callers = [0, 1, 2, 3, 4].map(() => go(() => caught(RangeError, flights.do("key", body))));
      const errors = new Set<RangeError>();
      for (const caller of callers) errors.add(yield* caller);
      assert.equal(errors.size, 1);
      assert.equal((yield* flights.do("key", () => 1)).value, 1);
    });
});

test("a body that ends its own task ends the call for all, and the key is free again", async () => {
  await simulate(function* () {
    const flights = new SingleFlight<string, number>();
    const body = function* (): Operation<number> {
      yield* yieldNow();
      currentTask().cancel();
      return yield* never;
    };
    const callers = [0, 1, 2].map(() => go(() => caught(TaskCancelledError, flights.do("key", body))));
    for (const caller of callers) yield* caller;
    assert.equal((yield* flights.do("key", () => 1)).value, 1);
  });
});

test("different keys do not wait for each other", async () => {
  await simulate(function* () {
    const flights = new SingleFlight<string, string>();
    const slow = go(() => flights.do("slow", () => sleep(100).map(() => "slow")));
    yield* yieldNow();
    assert.equal((yield* flights.do("quick", () => "quick")).value, "quick");
    assert.equal(slow.status, "waiting");
    yield* slow;
  });
});

test("the caller that made the call may be called off without harm to the others", async () => {
  await orders(50, function* () {
    const flights = new SingleFlight<string, number>();
    let calls = 0;
    const ask = (): Operation<{ value: number }> => flights.do("key", () => sleep(10).map(() => ++calls));
    const leader = go(ask);
    yield* sleep(1);
    const others = [go(ask), go(ask)];
    yield* sleep(1);
    leader.cancel();
    for (const other of others) assert.equal((yield* other).value, 1);
    assert.equal(calls, 1);
  });
});
