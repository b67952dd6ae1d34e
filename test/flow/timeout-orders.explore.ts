// timeout and moveOnAfter in all orders of two tasks and the clock, which may go on at any step.

import assert from "node:assert/strict";
import { test } from "node:test";
import { channel, go, Mutex, moveOnAfter, type Operation, shield, TimeoutError, timeout, yieldNow } from "offshoot";
import type { Watch } from "../support/explored.ts";
import { comesTo as comesToIdle, ending } from "../support/outcomes.ts";

const comesTo = (outcomes: readonly unknown[], program: (watch: Watch) => () => Operation<unknown>): Promise<void> =>
  comesToIdle(outcomes, program, { time: "racy" });

/** The value of an operation with a limit, or "late". */
function* orLate<T>(op: Operation<T>): Operation<T | "late"> {
  try {
    return yield* op;
  } catch (error) {
    if (error instanceof TimeoutError) return "late";
    throw error;
  }
}

test("a receive with a limit has the value, or leaves it with its sender", async () => {
  for (const limit of [timeout, moveOnAfter])
    await comesTo(["a", "late"], (watch) => {
      const ch = watch(channel<string>());
      return function* () {
        const sends = go(() => ch.send("a"));
        const got = (yield* orLate(limit(5, ch.receive()))) ?? "late";
        if (got === "late") yield* ch.receive();
        yield* sends;
        assert.deepEqual([ch.stats().sent, ch.stats().waitingReceivers], [1, 0]);
        return got;
      };
    });
});

test("a lock with a limit is held, or left to whoever is next", async () => {
  await comesTo(["locked", "late"], (watch) => {
    const mutex = watch(new Mutex());
    return function* () {
      const held = mutex.tryLock();
      go(() => held?.[Symbol.dispose]());
      const got = yield* orLate(timeout(5, mutex.lock()));
      yield* yieldNow();
      if (got === "late") yield* mutex.lock();
      assert.ok(mutex.locked);
      return got === "late" ? "late" : "locked";
    };
  });
});

test("a whole operation with a limit has its value, or has cleaned up", async () => {
  for (const limit of [timeout, moveOnAfter])
    await comesTo(["a", "late"], (watch) => {
      const ch = watch(channel<string>());
      return function* () {
        let open = 0;
        const takes = function* (): Operation<string> {
          open++;
          try {
            return yield* ch.receive();
          } finally {
            yield* shield(yieldNow());
            open--;
          }
        };
        const sends = go(() => ch.send("a"));
        const got = (yield* orLate(limit(5, takes()))) ?? "late";
        assert.equal(open, 0);
        if (got === "late" && sends.status !== "succeeded") yield* ch.receive();
        yield* sends;
        return got;
      };
    });
});

test("of two limits, one inside the other, the one that is up first is told", async () => {
  for (const [ms, told] of [
    [4, ["inner", "outer"]], // the time of both may be up before the inner one has begun
    [5, ["outer"]], // due at the same time, and set first
    [6, ["outer"]],
  ] as const)
    await comesTo(["a", ...told], (watch) => {
      const ch = watch(channel<string>(1));
      return function* () {
        go(() => ch.trySend("a"));
        const inner = function* (): Operation<string> {
          const got = yield* orLate(timeout(ms, ch.receive()));
          return got === "late" ? "inner" : got;
        };
        const got = yield* orLate(timeout(5, inner()));
        return got === "late" ? "outer" : got;
      };
    });
});

test("a limit and a cancellation at once: a value, late, or cancelled, and nothing lost", async () => {
  await comesTo(["a", "late", "cancelled"], (watch) => {
    const ch = watch(channel<string>());
    return function* () {
      const takes = go(() => orLate(timeout(5, ch.receive())));
      const given = go(() => ch.trySend("a"));
      go(() => takes.cancel());
      const how = yield* ending(takes);
      assert.equal(yield* given, how === "a");
      assert.equal(ch.stats().waitingReceivers, 0);
      return how;
    };
  });
});
