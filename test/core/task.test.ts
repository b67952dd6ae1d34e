// A task from outside: identity, status, joining, and the leaves that wait for nothing of the world.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  always,
  currentTask,
  go,
  group,
  never,
  run,
  select,
  selectNow,
  sleep,
  type Task,
  TaskCancelledError,
  yieldNow,
} from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught, rejected } from "../support/caught.ts";

test("the status of a task goes from ready over running and waiting to how it ended", async () => {
  await simulate(function* () {
    yield* group(
      function* (g) {
        const seen: string[] = [];
        const task: Task<void> = g.go(function* () {
          seen.push(task.status);
          yield* sleep(1);
        });
        assert.equal(task.status, "ready");
        yield* yieldNow();
        assert.deepEqual(seen, ["running"]);
        assert.equal(task.status, "waiting");
        yield* task;
        assert.equal(task.status, "succeeded");
        const failed = g.go(() => {
          throw new RangeError("boom");
        });
        yield* caught(RangeError, failed);
        assert.equal(failed.status, "failed");
        const cancelled = g.go(() => never);
        cancelled.cancel();
        assert.equal(cancelled.status, "ready");
        yield* caught(TaskCancelledError, cancelled);
        assert.equal(cancelled.status, "cancelled");
      },
      { failures: "isolate" },
    );
  });
});

test("ids count from 1 in each run, and currentTask is the task that runs", async () => {
  for (let i = 0; i < 2; i++) {
    await simulate(function* () {
      assert.equal(currentTask().id, 1);
      const child = go(() => currentTask().id);
      assert.equal(child.id, 2);
      assert.equal(yield* child, 2);
    });
  }
});

test("a task may be joined by many, before and after its end, and in the order they came", async () => {
  await simulate(function* () {
    const log: number[] = [];
    const task = go(() => sleep(5).map(() => ({ an: "object" })));
    const joiners = [0, 1, 2].map((n) =>
      go(function* () {
        const value = yield* task;
        log.push(n);
        return value;
      }),
    );
    const values = new Set<unknown>([yield* task, yield* task]);
    for (const joiner of joiners) values.add(yield* joiner);
    assert.equal(values.size, 1);
    assert.deepEqual(log, [0, 1, 2]);
    assert.deepEqual(yield* task.map(({ an }) => an), "object");
  });
});

test("an error is the same object for each that joins", async () => {
  const boom = new RangeError("boom");
  await simulate(function* () {
    yield* group(
      function* (g) {
        const task = g.go(() => {
          throw boom;
        });
        assert.equal(yield* caught(RangeError, task), boom);
        assert.equal(yield* caught(RangeError, select({ task })), boom);
        assert.equal(
          yield* caught(
            RangeError,
            task.map(() => 1),
          ),
          boom,
        );
      },
      { failures: "isolate" },
    );
  });
});

test("never waits for ever, always has its value at once, also in a select", async () => {
  await simulate(function* () {
    assert.equal(yield* always("value"), "value");
    assert.equal(yield* always(undefined), undefined);
    assert.deepEqual(yield* select({ never, always: always(1) }), { key: "always", value: 1 });
    assert.equal(selectNow({ never }), undefined);
    assert.deepEqual(selectNow([always(2)]), { key: 0, value: 2 });
    assert.deepEqual(yield* select({ late: sleep(5), never }), { key: "late", value: undefined });
    const one = always(1);
    assert.equal((yield* one) + (yield* one) + (yield* one.map((n) => n * 5)), 7);
  });
});

test("yieldNow lets everybody run that is ready, once", async () => {
  await simulate(function* () {
    const log: string[] = [];
    for (const name of ["a", "b"])
      go(function* () {
        log.push(`${name}1`);
        yield* yieldNow();
        log.push(`${name}2`);
      });
    yield* yieldNow();
    log.push("main");
    yield* yieldNow();
    assert.deepEqual(log, ["a1", "b1", "main", "a2", "b2"]);
    assert.deepEqual(selectNow({ now: yieldNow() }), { key: "now", value: undefined });
  });
});

test("run with a signal is cancelled by it, and rejects with its reason after cleanup", async () => {
  const controller = new AbortController();
  const reason = new RangeError("stop");
  let cleaned = false;
  const whole = run(
    function* () {
      try {
        controller.abort(reason);
        yield* never;
      } finally {
        cleaned = true;
      }
    },
    { signal: controller.signal },
  );
  assert.equal(await rejected(RangeError, whole), reason);
  assert.ok(cleaned);
});

test("run with a signal that is aborted already never runs its body, and keeps no listener", async () => {
  let ran = false;
  const error = await run(
    () => {
      ran = true;
    },
    { signal: AbortSignal.abort("too late") },
  ).catch((thrown: unknown) => thrown);
  assert.equal(error, "too late");
  assert.equal(ran, false);
  let listeners = 0;
  const signal = {
    aborted: false,
    reason: undefined,
    addEventListener: () => void listeners++,
    removeEventListener: () => void listeners--,
  } as unknown as AbortSignal;
  await run(() => 5, { signal });
  assert.equal(listeners, 0);
});

test("a run that cancels itself rejects with TaskCancelledError, and one that returns all the same succeeds", async () => {
  await rejected(
    TaskCancelledError,
    run(function* () {
      currentTask().cancel("myself");
      yield* never;
    }),
  );
  const value = await run(() => {
    currentTask().cancel();
    return "value";
  });
  assert.equal(value, "value");
});

test("options of run that cannot be are misuse at the call", () => {
  for (const options of [null, 5, { seed: Number.NaN }, { seed: "5" }, { signal: {} }, { signal: 5 }])
    assert.throws(() => run(() => {}, options as never), { name: "MisuseError" });
});
