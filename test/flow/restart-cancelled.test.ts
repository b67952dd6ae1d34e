// restart: cancellation is never a reason to start again.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Cancelled,
  currentTask,
  go,
  never,
  now,
  type Operation,
  restart,
  shield,
  sleep,
  TaskCancelledError,
  TimeoutError,
  timeout,
} from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { failing } from "../support/bodies.ts";
import { caught } from "../support/caught.ts";

const at = { backoff: false } as const;

test("cancellation during an attempt ends it, and is never a reason to start again", async () => {
  await simulate(function* () {
    let attempts = 0;
    let restarts = 0;
    const body = function* (): Operation<void> {
      attempts++;
      try {
        yield* never;
      } finally {
        yield* shield(sleep(5));
      }
    };
    for (const options of [at, {}]) {
      const task = go(() => restart(body, { ...options, onRestart: () => restarts++ }));
      yield* sleep(1);
      task.cancel("stop");
      assert.equal((yield* caught(TaskCancelledError, task)).reason, "stop");
    }
    yield* caught(TimeoutError, timeout(5, restart(body)));
    assert.deepEqual([attempts, restarts], [3, 0]);
  });
});

test("cancellation during a wait ends it at once", async () => {
  await simulate(function* () {
    const errors: unknown[] = [];
    let seen: unknown;
    const task = go(function* () {
      try {
        yield* restart(failing(99, errors), { backoff: { initial: 1_000, jitter: 0 } });
      } catch (error) {
        seen = error;
        throw error;
      }
    });
    yield* sleep(500);
    task.cancel("stop");
    yield* caught(TaskCancelledError, task);
    assert.ok(seen instanceof Cancelled);
    assert.equal(errors.length, 1);
    assert.equal(now(), 500);
  });
});

test("an attempt that cancels its task ends restart, too", async () => {
  await simulate(function* () {
    let attempts = 0;
    const task = go(() =>
      restart(function* () {
        attempts++;
        currentTask().cancel("enough");
        yield* never;
      }),
    );
    assert.equal((yield* caught(TaskCancelledError, task)).reason, "enough");
    assert.equal(attempts, 1);
  });
});

test("a task that was cancelled elsewhere is an ordinary failure for who joins it", async () => {
  await simulate(function* () {
    const body = function* (attempt: number): Operation<string> {
      if (attempt === 2) return "second";
      const other = go(() => never);
      other.cancel();
      return yield* other;
    };
    assert.equal(yield* restart(body, at), "second");
  });
});
