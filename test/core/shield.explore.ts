// Cancellation, shields and cleanup in all orders of two or three tasks.

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
  yieldNow,
} from "offshoot";
import { caught } from "../support/caught.ts";
import { comesTo, ending } from "../support/outcomes.ts";

test("what is shielded is done whole, and the cancellation is thrown by the next operation", async () => {
  await comesTo(["-", "in out", "in out after"], () => {
    return function* () {
      const log: string[] = [];
      const task = go(function* () {
        yield* yieldNow();
        yield* shield(
          (function* (): Operation<void> {
            log.push("in");
            yield* yieldNow();
            log.push("out");
          })(),
        );
        yield* yieldNow();
        log.push("after");
      });
      go(() => task.cancel());
      yield* ending(task);
      assert.equal(log.includes("in"), log.includes("out"));
      return log.join(" ") || "-";
    };
  });
});

test("cleanup runs once, and whole where it is shielded, whoever cancels first", async () => {
  await comesTo(["a", "b", "not cancelled"], (watch) => {
    const ch = watch(channel<void>());
    return function* () {
      let cleanups = 0;
      const task = go(function* () {
        try {
          yield* ch.receive();
        } catch (error) {
          assert.ok(error instanceof Cancelled);
          yield* caught(Cancelled, always(1)); // ready or not
          yield* shield(yieldNow());
          cleanups++;
          throw error;
        }
      });
      yield* sleep(1); // until it waits
      go(() => ch.trySend());
      for (const reason of ["a", "b"]) go(() => task.cancel(reason));
      try {
        yield* task;
      } catch (error) {
        assert.equal(cleanups, 1);
        return (error as { reason: unknown }).reason;
      }
      assert.equal(cleanups, 0);
      return "not cancelled";
    };
  });
});

test("a value that came before the cancellation is delivered, and the next operation throws", async () => {
  await comesTo(["delivered", "nothing taken"], (watch) => {
    const ch = watch(channel<string>());
    return function* () {
      let got = "nothing";
      const task = go(function* () {
        got = yield* ch.receive();
        yield* caught(Cancelled, ch.receive());
        yield* caught(Cancelled, never);
      });
      yield* sleep(1); // until it waits
      const given = go(() => ch.trySend("a"));
      go(() => task.cancel());
      yield* ending(task);
      assert.equal(yield* given, got === "a");
      return got === "a" ? "delivered" : "nothing taken";
    };
  });
});

test("cancelling reaches what waits further down, but not inside a shield", async () => {
  await comesTo(["received", "cancelled"], (watch) => {
    const [a, b] = [watch(channel<void>()), watch(channel<void>())];
    return function* () {
      const children: Task<string>[] = [];
      const task = go(() =>
        group(function* (g) {
          children.push(g.go(() => a.receive().map(() => "received")));
          yield* shield(b.receive());
        }),
      );
      yield* sleep(1); // until both wait
      go(() => task.cancel());
      go(() => a.trySend());
      yield* sleep(1);
      assert.deepEqual([task.status, b.stats().waitingReceivers], ["waiting", 1]);
      b.trySend();
      assert.equal(yield* ending(task), "undefined");
      return yield* ending(children[0]!);
    };
  });
});

test("a task that cancels itself while it could go on throws at its next operation", async () => {
  await comesTo(["a, cancelled", "b, cancelled"], (watch) => {
    const ch = watch(channel<string>(2));
    return function* () {
      let got = "";
      const task = go(function* () {
        got = yield* ch.receive();
        currentTask().cancel("myself");
        yield* ch.receive();
      });
      for (const value of ["a", "b"]) go(() => ch.send(value));
      const how = yield* ending(task);
      yield* sleep(1); // until both have been sent
      assert.equal(ch.length, 1);
      return `${got}, ${how}`;
    };
  });
});

test("a child started where a cancellation is in force never runs", async () => {
  await comesTo(["ran", "did not run"], () => {
    return function* () {
      let ran = false;
      const task = go(function* () {
        try {
          yield* yieldNow();
        } finally {
          const wasCancelled = task.signal.aborted;
          const child = go(() => {
            ran = true;
          });
          yield* shield(ending(child));
          if (wasCancelled) assert.equal(ran, false);
        }
      });
      go(() => task.cancel());
      yield* ending(task);
      return ran ? "ran" : "did not run";
    };
  });
});
