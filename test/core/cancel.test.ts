// Cancellation as a task sees it: level-triggered, thrown at each operation, with cleanup that runs.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  always,
  Cancelled,
  channel,
  currentTask,
  go,
  never,
  type Operation,
  select,
  shield,
  sleep,
  TaskCancelledError,
  yieldNow,
} from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught } from "../support/caught.ts";

test("a cancelled task throws Cancelled where it waits, with the reason given", async () => {
  await simulate(function* () {
    const reason = { why: "enough" };
    const task = go(function* () {
      const error = yield* caught(Cancelled, never);
      assert.equal(error.reason, reason);
      return "returned";
    });
    yield* yieldNow();
    assert.equal(task.status, "waiting");
    task.cancel(reason);
    assert.equal(yield* task, "returned"); // a cancelled task that returns normally has succeeded
    assert.equal(task.status, "succeeded");
  });
});

test("every operation after it throws too, ready or not, the same object each time", async () => {
  await simulate(function* () {
    const full = channel<number>(1);
    full.trySend(1);
    const task = go(function* () {
      const first = yield* caught(Cancelled, never);
      const operations: Operation<unknown>[] = [
        always(1),
        yieldNow(),
        never,
        sleep(0),
        full.receive(),
        full.next(),
        channel<number>(1).send(1),
        always(1).map((n) => n),
        select({ a: always(1) }),
        select({ a: full.receive() }, { priority: true }),
        go(function* () {}),
      ];
      for (const op of operations) assert.equal(yield* caught(Cancelled, op), first);
    });
    yield* yieldNow();
    task.cancel();
    yield* task;
    assert.equal(full.length, 1);
  });
});

test("a finally that waits throws at its first operation, and shielded it runs to its end", async () => {
  await simulate(function* () {
    const log: string[] = [];
    const task = go(function* () {
      try {
        try {
          yield* never;
        } finally {
          log.push("plain");
          yield* sleep(10);
          log.push("not reached");
        }
      } finally {
        yield* shield(sleep(10));
        log.push("shielded");
      }
    });
    yield* yieldNow();
    task.cancel();
    yield* caught(TaskCancelledError, task);
    assert.deepEqual(log, ["plain", "shielded"]);
  });
});

test("cancelling twice is the same as once: the first reason wins, also during cleanup", async () => {
  await simulate(function* () {
    const seen: unknown[] = [];
    const task = go(function* () {
      try {
        yield* never;
      } finally {
        yield* shield(sleep(10));
        seen.push((yield* caught(Cancelled, yieldNow())).reason);
      }
    });
    yield* yieldNow();
    task.cancel("first");
    task.cancel("second");
    yield* sleep(5);
    task.cancel("third");
    const error = yield* caught(TaskCancelledError, task);
    assert.deepEqual(seen, ["first"]);
    assert.equal(error.reason, "first");
    assert.equal(error.task?.id, task.id);
  });
});

test("the body of a task cancelled before its start never runs, and its signal is aborted", async () => {
  await simulate(function* () {
    let ran = false;
    const task = go(function* () {
      ran = true;
    });
    const { signal } = task;
    task.cancel("never mind");
    assert.equal(signal.aborted, true);
    assert.equal(signal.reason, "never mind");
    yield* caught(TaskCancelledError, task);
    assert.equal(ran, false);
    assert.equal(task.status, "cancelled");
  });
});

test("a task woken with a value gets it first, and throws at its next operation", async () => {
  await simulate(function* () {
    const ch = channel<string>();
    const log: unknown[] = [];
    const receiver = go(function* () {
      log.push(yield* ch.receive());
      yield* caught(Cancelled, always(1));
      log.push("cancelled");
    });
    yield* yieldNow();
    assert.ok(ch.trySend("value"));
    receiver.cancel();
    yield* receiver;
    assert.deepEqual(log, ["value", "cancelled"]);
    assert.equal(ch.stats().received, 1);
  });
});

test("a task woken with an error gets that first", async () => {
  await simulate(function* () {
    const ch = channel<string>();
    const task = go(function* () {
      yield* caught(RangeError, ch.receive());
      yield* caught(Cancelled, always(1));
    });
    yield* yieldNow();
    ch.close(new RangeError("closed with this"));
    task.cancel();
    yield* task;
  });
});

test("the joiner of a cancelled task gets TaskCancelledError, an ordinary error there", async () => {
  await simulate(function* () {
    const target = go(() => never);
    const joiner = go(function* () {
      const error = yield* caught(TaskCancelledError, target);
      assert.equal(error.reason, "gone");
      assert.equal(error.cause, "gone");
      yield* sleep(1); // it is not cancelled itself
      return "goes on";
    });
    yield* yieldNow();
    target.cancel("gone");
    assert.equal(yield* joiner, "goes on");
  });
});

test("a task can cancel itself: the call returns, and the next operation throws", async () => {
  await simulate(function* () {
    const task = go(function* () {
      currentTask().cancel("myself");
      const error = yield* caught(Cancelled, always(1));
      assert.equal(error.reason, "myself");
      throw error;
    });
    yield* caught(TaskCancelledError, task);
    assert.equal(task.status, "cancelled");
  });
});

test("a task in cleanup may throw another error, which then is what it failed with", async () => {
  await assert.rejects(
    simulate(function* () {
      const task = go(function* () {
        try {
          yield* never;
        } catch {
          throw new RangeError("cleanup failed");
        }
      });
      yield* yieldNow();
      task.cancel();
      yield* caught(Cancelled, never); // its owner is told
    }),
    RangeError,
  );
});

test("cancelling a task that has ended changes nothing", async () => {
  await simulate(function* () {
    const task = go(function* () {
      return 5;
    });
    assert.equal(yield* task, 5);
    task.cancel();
    assert.equal(task.status, "succeeded");
    assert.equal(yield* task, 5);
  });
});
