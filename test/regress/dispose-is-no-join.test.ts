// Disposing of a task (`await using`) counted as joining it: when its cleanup failed in a group that isolates failures, nobody was ever told.

import assert from "node:assert/strict";
import { test } from "node:test";
import { group, never, type Operation, sleep } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught } from "../support/caught.ts";

const lost = new Error("lost");

function* failsInCleanup(): Operation<void> {
  try {
    yield* never;
  } finally {
    // biome-ignore lint/correctness/noUnsafeFinally: a failure in cleanup is the point
    throw lost;
  }
}

test("a failure in the cleanup of a disposed task is thrown at the end of the group", async () => {
  await simulate(function* () {
    const error = yield* caught(
      AggregateError,
      group(
        async (g) => {
          const task = g.go(failsInCleanup);
          await sleep(1);
          await task[Symbol.asyncDispose]();
          return "fine";
        },
        { failures: "isolate" },
      ),
    );
    assert.deepEqual(error.errors, [lost]);
  });
});

test("a failure in the cleanup of a disposed task that somebody joins is told there alone", async () => {
  await simulate(function* () {
    const value = yield* group(
      function* (g) {
        const task = g.go(failsInCleanup);
        yield* sleep(1);
        g.go(async () => {
          await task[Symbol.asyncDispose]();
        });
        assert.equal(yield* caught(Error, task), lost);
        return "fine";
      },
      { failures: "isolate" },
    );
    assert.equal(value, "fine");
  });
});

test("a failure in cleanup after a join that was given up is thrown at the end of the group", async () => {
  await simulate(function* () {
    const error = yield* caught(
      AggregateError,
      group(
        async (g) => {
          const task = g.go(failsInCleanup);
          const joiner = g.go(() => task);
          await sleep(1);
          joiner.cancel();
          await sleep(1);
          await task[Symbol.asyncDispose]();
          await task[Symbol.asyncDispose]();
        },
        { failures: "isolate" },
      ),
    );
    assert.deepEqual(error.errors, [lost]);
  });
});
