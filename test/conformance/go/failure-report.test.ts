// What an error looks like when it arrives: the very object, all of several, and where it came from.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Cancelled, go, never, type Task, yieldNow } from "offshoot";
import { simulate } from "../../../src/testing/simulate.ts";
import { caught, rejected } from "../../support/caught.ts";

class Boom extends Error {
  constructor() {
    super("boom");
  }
}

test("siblings see the error as the reason of their cancellation", async () => {
  const boom = new Boom();
  const reasons: unknown[] = [];
  await rejected(
    Boom,
    simulate(function* () {
      for (let i = 0; i < 3; i++) {
        go(function* () {
          const cancelled = yield* caught(Cancelled, never);
          reasons.push(cancelled.reason);
          throw cancelled;
        });
      }
      yield* yieldNow();
      throw boom;
    }),
  );
  assert.deepEqual(reasons, [boom, boom, boom]);
});

test("several errors are an AggregateError with each of them once, in order of time", async () => {
  const [first, second] = [new Error("first"), new Error("second")];
  const error = await rejected(
    AggregateError,
    simulate(function* () {
      go(function* () {
        try {
          yield* never;
        } finally {
          // biome-ignore lint/correctness/noUnsafeFinally: an error in cleanup
          throw second;
        }
      });
      yield* yieldNow();
      const failing: Task<void> = go(function* () {
        throw first;
      });
      yield* failing; // the same error once more
    }),
  );
  assert.deepEqual(error.errors, [first, second]);
});

test("anything may be thrown, undefined and null included, and arrives as it is", async () => {
  for (const thing of [undefined, null, 0, "text", { code: 5 }]) {
    let seen: unknown = "nothing";
    try {
      await simulate(function* () {
        go(function* () {
          throw thing;
        });
        yield* never;
      });
      assert.fail("did not reject");
    } catch (error) {
      seen = error;
    }
    assert.equal(seen, thing);
  }
});

test("a failing task says in its stack which task it was and who owned it", async () => {
  const error = await rejected(
    Boom,
    simulate(function* main() {
      go(function* parent() {
        go(function* child() {
          yield* yieldNow();
          throw new Boom();
        });
        yield* never;
      });
    }),
  );
  assert.match(
    error.stack ?? "",
    /in task #3 "child"\n +owned by task #2 "parent" at .*failure-report\.test\.ts:\d+.*\n +owned by task #1 "main"/,
  );
});
