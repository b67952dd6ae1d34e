// WaitGroup.go: tasks that are counted while they live, however they end.

import assert from "node:assert/strict";
import { test } from "node:test";
import { group, MisuseError, never, shield, sleep, TaskCancelledError, WaitGroup, yieldNow } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught, thrown } from "../support/caught.ts";
import { check } from "../support/sync.ts";

test("go counts a task until it has ended, however that is", async () => {
  await simulate(function* () {
    const work = new WaitGroup();
    const succeeded = work.go((a: number, b: number) => a + b, 2, 3);
    const slow = work.go(function* () {
      yield* sleep(10);
      return "slow";
    });
    const cancelled = work.go(() => never);
    const unstarted = work.go(() => assert.fail("it ran"));
    assert.equal(work.pending, 4);
    unstarted.cancel();
    yield* yieldNow();
    assert.equal(work.pending, 2);
    cancelled.cancel();
    yield* yieldNow();
    assert.equal(work.pending, 1);
    yield* work.wait();
    assert.deepEqual([yield* succeeded, yield* slow], [5, "slow"]);
  });
});

test("a failure of a task that go started counts as done, and reaches its owner", async () => {
  await simulate(function* () {
    const work = new WaitGroup();
    const boom = new RangeError("boom");
    let pending = -1;
    const error = yield* caught(
      RangeError,
      group(function* () {
        work.go(function* () {
          try {
            yield* never;
          } finally {
            yield* shield(sleep(1));
          }
        });
        yield* yieldNow();
        work.go(() => {
          throw boom;
        });
        try {
          yield* never;
        } finally {
          pending = work.pending;
        }
      }),
    );
    assert.equal(error, boom);
    assert.equal(pending, 1);
    assert.equal(work.pending, 0);
    check(work);
  });
});

test("a task that go starts in a cancelled or full group is counted until it ends", async () => {
  await simulate(function* () {
    const work = new WaitGroup();
    yield* caught(
      TaskCancelledError,
      group(function* (g) {
        g.cancel();
        work.go(() => assert.fail("it ran"));
        assert.equal(work.pending, 1);
        yield* never;
      }),
    );
    assert.equal(work.pending, 0);
    yield* group(
      function* () {
        const tasks = [0, 1, 2].map(() => work.go(() => sleep(1)));
        yield* yieldNow();
        tasks[2]?.cancel();
        yield* yieldNow();
        assert.equal(work.pending, 2);
        yield* work.wait();
      },
      { limit: 1 },
    );
  });
});

test("go outside a task, or with what is no body, is misuse, and counts nothing", async () => {
  const work = new WaitGroup();
  assert.match(thrown(MisuseError, () => work.go(() => {})).message, /^go: no task is running\./);
  assert.equal(work.pending, 0);
  await simulate(() => {
    assert.match(thrown(MisuseError, () => work.go(5 as never)).message, /^go: the body must be a function/);
    assert.equal(work.pending, 0);
  });
});

test("what was done for a task before it ended is not done twice", async () => {
  await simulate(function* () {
    const work = new WaitGroup();
    const task = work.go(() => work.done());
    yield* work.wait();
    yield* task;
    assert.equal(work.pending, 0);
    check(work);
  });
});
