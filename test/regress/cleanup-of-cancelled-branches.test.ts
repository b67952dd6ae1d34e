// When any or settle was cancelled from outside, an error of a branch's cleanup was lost: it was held for one of the failures they live with.

import assert from "node:assert/strict";
import { test } from "node:test";
import { any, never, type Operation, settle, sleep, TimeoutError, timeout } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught } from "../support/caught.ts";

function* brokenCleanup(): Operation<never> {
  try {
    return yield* never;
  } catch {
    throw new RangeError("cleanup");
  }
}

function* failing(): Operation<never> {
  yield* sleep(1);
  throw new Error("refused");
}

/** The composites that live with failures of their branches. */
const composites: ((ops: Operation<void>[]) => Operation<unknown>)[] = [any, settle];

test("cleanup that fails because any or settle was cancelled is thrown", async () => {
  await simulate(function* () {
    for (const composite of composites) {
      const error = yield* caught(RangeError, timeout(5, composite([failing(), brokenCleanup()])));
      assert.equal(error.message, "cleanup");
    }
  });
});

test("failures from before the cancellation are not thrown", async () => {
  await simulate(function* () {
    for (const composite of composites)
      yield* caught(TimeoutError, timeout(5, composite([failing(), sleep(9), never])));
  });
});
