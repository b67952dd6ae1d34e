// tasklet.kill is task.cancel: the body ends by an exception at the point where it waits, its finally runs, its place in every queue is given up. It is
// always "pending" in Stackless's words: the caller goes on, and the task ends when its turn comes.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Cancelled,
  channel,
  go,
  group,
  never,
  type Operation,
  select,
  sleep,
  type Task,
  TaskCancelledError,
  yieldNow,
} from "offshoot";
import { simulate } from "../../../src/testing/simulate.ts";
import { caught } from "../../support/caught.ts";

test("a killed receiver runs its finally, and the channel's balance is restored at once", async () => {
  const log: string[] = [];
  await simulate(function* () {
    const c = channel<number>();
    const task = go(function* () {
      try {
        yield* c.receive();
      } finally {
        log.push("finally");
      }
    });
    yield* yieldNow();
    assert.equal(c.stats().waitingReceivers, 1);
    task.cancel();
    log.push("killer goes on");
    assert.equal(c.stats().waitingReceivers, 0);
    assert.equal(task.status, "ready");
    yield* yieldNow();
    assert.equal(task.status, "cancelled");
  });
  assert.deepEqual(log, ["killer goes on", "finally"]);
});

test("kill before the start: the body never runs", async () => {
  await simulate(function* () {
    const task = go(function* () {
      assert.fail("it ran");
    });
    task.cancel();
    yield* yieldNow();
    assert.equal(task.status, "cancelled");
    yield* caught(TaskCancelledError, task);
  });
});

test("a task may kill itself: its next operation throws", async () => {
  const log: string[] = [];
  await simulate(function* () {
    let self: Task<void> | null = null;
    const task = go(function* () {
      self?.cancel("enough");
      log.push("still here");
      yield* yieldNow();
      log.push("not reached");
    });
    self = task;
    const error = yield* caught(TaskCancelledError, task);
    log.push(String(error.reason));
  });
  assert.deepEqual(log, ["still here", "enough"]);
});

test("killing twice is killing once, and the first reason wins", async () => {
  await simulate(function* () {
    const task = go(() => never);
    yield* yieldNow();
    task.cancel("first");
    task.cancel("second");
    assert.equal((yield* caught(TaskCancelledError, task)).reason, "first");
    task.cancel("third"); // of a task that has ended: nothing
    assert.equal((yield* caught(TaskCancelledError, task)).reason, "first");
  });
});

test("killing a task that has ended changes nothing", async () => {
  await simulate(function* () {
    const task = go(() => 5);
    yield* yieldNow();
    task.cancel();
    assert.equal(task.status, "succeeded");
    assert.equal(yield* task, 5);
  });
});

test("the joiner of a killed task is not killed: it gets TaskCancelledError, with the reason", async () => {
  const seen: unknown[] = [];
  await simulate(function* () {
    const victim = go(function* victim() {
      yield* never;
    });
    const joiners = [0, 1].map(() =>
      go(function* () {
        const error = yield* caught(TaskCancelledError, victim);
        seen.push(error.reason);
        assert.match(error.message, /"victim" was cancelled/);
        yield* yieldNow(); // and it goes on
        seen.push("goes on");
      }),
    );
    yield* yieldNow();
    victim.cancel("why");
    for (const joiner of joiners) yield* joiner;
  });
  assert.deepEqual(seen, ["why", "why", "goes on", "goes on"]);
});

test("a killed joiner leaves the task it waited for alone, and the line of joiners too", async () => {
  const log: string[] = [];
  await simulate(function* () {
    const worker = go(function* () {
      yield* sleep(10);
      return "result";
    });
    const joiners = ["a", "b", "c"].map((name) =>
      go(function* () {
        log.push(name + (yield* worker));
      }),
    );
    yield* yieldNow();
    joiners[1]!.cancel();
    assert.equal(yield* worker, "result");
  });
  assert.deepEqual(log, ["aresult", "cresult"]);
});

test("the killed end in the order they were killed", async () => {
  const log: string[] = [];
  await simulate(function* () {
    const tasks = new Map(
      ["a", "b", "c"].map((name) => [
        name,
        go(function* () {
          try {
            yield* never;
          } finally {
            log.push(name);
          }
        }),
      ]),
    );
    yield* yieldNow();
    for (const name of ["c", "a", "b"]) tasks.get(name)?.cancel();
  });
  assert.deepEqual(log, ["c", "a", "b"]);
});

test("TaskletExit cannot be swallowed for good: who catches the cancellation meets it at the next operation", async () => {
  let caughtTimes = 0;
  await simulate(function* () {
    const stubborn = go(function* () {
      while (caughtTimes < 1_000) {
        try {
          yield* yieldNow();
        } catch (error) {
          assert.ok(error instanceof Cancelled);
          caughtTimes++;
        }
      }
      yield* never; // in the end it must let go
    });
    yield* yieldNow();
    stubborn.cancel();
    yield* caught(TaskCancelledError, stubborn);
  });
  assert.equal(caughtTimes, 1_000);
});

test("a stubborn task gives up its turn all the same, every 128 throws", async () => {
  let others = 0;
  await simulate(function* () {
    const stubborn = go(function* () {
      for (let n = 0; n < 1_280; n++) {
        try {
          yield* never;
        } catch {
          // again
        }
      }
    });
    yield* yieldNow();
    stubborn.cancel();
    while (stubborn.status !== "succeeded") {
      others++;
      yield* yieldNow();
    }
  });
  assert.ok(others >= 9 && others <= 12, `${others}`);
});

test("a kill reaches what the task owns, in all depths, and the killed owner ends last", async () => {
  const log: string[] = [];
  await simulate(function* () {
    function* nest(depth: number): Operation<void> {
      try {
        if (depth > 0) {
          yield* group(function* (g) {
            g.go(nest, depth - 1);
            yield* never;
          });
        } else yield* select({ a: channel().receive(), b: sleep(1e9) });
      } finally {
        log.push(`ended ${depth}`);
      }
    }
    const top = go(nest, 3);
    for (let i = 0; i < 6; i++) yield* yieldNow();
    top.cancel();
  });
  assert.deepEqual(log, ["ended 0", "ended 1", "ended 2", "ended 3"]);
});
