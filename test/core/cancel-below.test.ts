// Cancellation from a scope down to everything it owns: order, reasons, signals, and listeners that cancel in turn.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  always,
  Cancelled,
  channel,
  currentTask,
  go,
  group,
  never,
  type Operation,
  shield,
  sleep,
  type Task,
  TaskCancelledError,
  yieldNow,
} from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught } from "../support/caught.ts";

test("the reason given is seen by everybody below, at any depth", async () => {
  await simulate(function* () {
    const seen: unknown[] = [];
    const nested = function* (depth: number): Operation<void> {
      if (depth > 0) go(nested, depth - 1);
      try {
        yield* group(() => never);
      } catch (error) {
        seen.push((error as Cancelled).reason);
        throw error;
      }
    };
    const top = go(nested, 4);
    for (let i = 0; i < 10; i++) yield* yieldNow();
    top.cancel("all of you");
    yield* caught(TaskCancelledError, top);
    assert.deepEqual(seen, Array(5).fill("all of you"));
  });
});

test("children that had a cancellation of their own keep its reason", async () => {
  await simulate(function* () {
    const seen: unknown[] = [];
    const child = function* (): Operation<void> {
      try {
        yield* never;
      } finally {
        seen.push((yield* caught(Cancelled, always(1))).reason);
      }
    };
    const owner = go(function* () {
      const one = go(child);
      go(child);
      yield* yieldNow();
      one.cancel("early");
      yield* never;
    });
    yield* yieldNow();
    yield* yieldNow();
    yield* yieldNow();
    owner.cancel("late");
    yield* caught(TaskCancelledError, owner);
    assert.deepEqual(seen, ["early", "late"]);
  });
});

test("go in a cancelled extent makes a child that is cancelled already: its body never runs", async () => {
  await simulate(function* () {
    let ran = 0;
    const body = (): void => {
      ran++;
    };
    let late: Task<unknown> | undefined;
    const task = go(function* () {
      currentTask().cancel("over");
      late = go(body);
      assert.equal(late.signal.aborted, true);
      assert.equal(late.signal.reason, "over");
      yield* group(function* (g) {
        g.go(body);
        go(body);
        yield* always(1);
      });
    });
    const error = yield* caught(TaskCancelledError, task);
    assert.equal(error.reason, "over");
    assert.equal(ran, 0);
    assert.equal(late?.status, "cancelled");
  });
});

test("a task ends only after the cleanup of what it owns", async () => {
  await simulate(function* () {
    const log: string[] = [];
    const task = go(function* () {
      go(function* () {
        try {
          yield* never;
        } finally {
          yield* shield(sleep(5));
          log.push("child cleaned up");
        }
      });
      yield* never;
    });
    yield* yieldNow();
    yield* yieldNow();
    task.cancel();
    yield* caught(TaskCancelledError, task);
    assert.deepEqual(log, ["child cleaned up"]);
  });
});

test("signals below are aborted before cancel returns, owners first", async () => {
  await simulate(function* () {
    const log: string[] = [];
    const note = (name: string): void => {
      const { signal } = currentTask();
      signal.addEventListener("abort", () => log.push(`${name}: ${signal.reason}`));
    };
    const task = go(function* () {
      note("outer");
      go(function* () {
        note("inner");
        yield* never;
      });
      yield* group(function* (g) {
        g.signal.addEventListener("abort", () => log.push(`group: ${g.signal.reason}`));
        yield* never;
      });
    });
    yield* yieldNow();
    yield* yieldNow();
    task.cancel("now");
    log.push("cancel has returned");
    yield* caught(TaskCancelledError, task);
    assert.equal(log.length, 4);
    assert.equal(log[0], "outer: now");
    assert.equal(log[3], "cancel has returned");
    assert.deepEqual(log.slice(1, 3).sort(), ["group: now", "inner: now"]);
  });
});

test("a signal without a reason is aborted with the Cancelled that is thrown", async () => {
  await simulate(function* () {
    const task = go(() => never);
    const { signal } = task;
    task.cancel();
    assert.ok(signal.reason instanceof Cancelled);
    yield* caught(TaskCancelledError, task);
  });
});

test("the signal of a task that was cancelled is aborted, even when it is first asked for after its end", async () => {
  await simulate(function* () {
    const task = go(() => never);
    yield* yieldNow();
    task.cancel("gone");
    yield* caught(TaskCancelledError, task);
    assert.equal(task.signal.aborted, true);
    assert.equal(task.signal.reason, "gone");
  });
});

test("a listener may cancel siblings, owners and itself while the cancellation spreads", async () => {
  await simulate(function* () {
    const ended: string[] = [];
    const owner: Task<void> = go(function* (): Operation<void> {
      const tasks: Task<unknown>[] = [];
      for (let i = 0; i < 5; i++) {
        tasks.push(
          go(function* () {
            const me = currentTask();
            me.signal.addEventListener("abort", () => {
              me.cancel("again");
              for (const other of tasks) other.cancel("by a listener");
              owner.cancel("from below");
            });
            try {
              yield* never;
            } finally {
              ended.push(`${i}: ${(yield* caught(Cancelled, always(1))).reason}`);
            }
          }),
        );
      }
      yield* sleep(5);
      tasks[2]?.cancel("first");
      yield* caught(Cancelled, always(1)); // a listener has cancelled this very task
      ended.push("owner");
    });
    yield* owner;
    assert.equal(ended.length, 6);
    assert.ok(ended.includes("2: first"));
    assert.equal(ended[0], "owner");
  });
});

test("a listener may close channels, send and receive; no task is running then", async () => {
  await simulate(function* () {
    const ch = channel<string>(1);
    const done = channel<string>(1);
    const task = go(function* () {
      currentTask().signal.addEventListener("abort", () => {
        assert.throws(() => currentTask(), /no task is running/);
        assert.throws(() => go(() => {}), /no task is running/);
        assert.ok(ch.trySend("from the listener"));
        done.close();
      });
      yield* never;
    });
    yield* yieldNow();
    task.cancel();
    assert.equal(yield* ch.receive(), "from the listener");
    assert.equal((yield* done.next()).done, true);
    assert.equal(currentTask().status, "running");
  });
});
