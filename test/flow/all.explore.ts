// all and settle in some thousand orders: failures against results against cancellation.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  all,
  Cancelled,
  channel,
  go,
  type Operation,
  settle,
  shield,
  sleep,
  TaskCancelledError,
  yieldNow,
} from "offshoot";
import { explored } from "../support/explored.ts";

/** What a call comes to, in words. */
function* told(op: Operation<unknown>): Operation<string> {
  try {
    return JSON.stringify(yield* op);
  } catch (error) {
    if (error instanceof AggregateError) return error.errors.map((one: Error) => one.message).join(" and ");
    if (error instanceof TaskCancelledError || error instanceof Cancelled) return "cancelled";
    assert.ok(error instanceof Error);
    return error.message;
  }
}

function* fails(message: string): Operation<never> {
  yield* yieldNow();
  throw new Error(message);
}

test("two failures: the first, or both if the second was under way already; never none", async () => {
  const outcomes = await explored(1_500, () => {
    let live = 0;
    const waits = function* (): Operation<void> {
      live++;
      try {
        yield* sleep(1_000);
      } finally {
        yield* shield(yieldNow());
        live--;
      }
    };
    return function* () {
      const got = yield* told(all([fails("a"), waits(), fails("b")]));
      assert.equal(live, 0);
      return got;
    };
  });
  assert.deepEqual([...outcomes.keys()].sort(), ['"a and b"', '"a"', '"b and a"', '"b"']);
});

test("a channel between the branches: results keep their places in every order", async () => {
  const outcomes = await explored(1_500, (watch) => {
    const ch = watch(channel<number>());
    return function* () {
      const got = yield* all({ one: ch.send(1), got: ch.receive(), two: ch.send(2), also: ch.receive() });
      return [got.got, got.also];
    };
  });
  assert.deepEqual([...outcomes.keys()].sort(), ["[1,2]", "[2,1]"]);
});

test("all that is cancelled in any order is complete or cancelled, and leaves nobody waiting", async () => {
  const outcomes = await explored(2_000, (watch) => {
    const [a, b] = [watch(channel<string>()), watch(channel<string>())];
    return function* () {
      const task = go(() => all([a.receive(), b.receive()]));
      const senders = [go(() => told(a.send("a"))), go(() => told(b.send("b")))];
      yield* yieldNow();
      task.cancel();
      const got = yield* told(task);
      assert.equal(a.stats().waitingReceivers + b.stats().waitingReceivers, 0);
      for (const sender of senders) sender.cancel();
      return got;
    };
  });
  assert.deepEqual([...outcomes.keys()].sort(), ['"[\\"a\\",\\"b\\"]"', '"cancelled"']);
});

test("settle tells each outcome in its place in every order", async () => {
  const outcomes = await explored(1_500, (watch) => {
    const ch = watch(channel<string>());
    return function* () {
      const got = yield* settle<Operation<unknown>>([fails("a"), ch.send("x"), ch.receive(), fails("b")]);
      return got.map((one) => (one.status === "fulfilled" ? `${one.value}` : `${(one.reason as Error).message}`));
    };
  });
  assert.deepEqual([...outcomes.keys()], ['["a","undefined","x","b"]']);
});

test("settle that is cancelled against a branch that fails in its cleanup: the failure is never lost", async () => {
  const outcomes = await explored(2_000, () => {
    return function* () {
      let failed = "";
      const fragile = function* (): Operation<void> {
        try {
          yield* sleep(1_000);
        } catch {
          failed = "cleanup";
          throw new Error("cleanup");
        }
      };
      let got = "";
      const task = go(function* () {
        got = yield* told(settle([fragile(), fragile(), yieldNow()]));
      });
      yield* yieldNow();
      task.cancel();
      yield* told(task);
      if (failed !== "") assert.ok(got.includes("cleanup"), got);
      return got;
    };
  });
  for (const outcome of outcomes.keys())
    assert.ok(['""', '"cancelled"', '"cleanup"', '"cleanup and cleanup"'].includes(outcome), outcome);
  assert.ok(outcomes.size >= 3);
});
