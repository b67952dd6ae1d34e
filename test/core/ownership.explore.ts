// Ownership in all orders of two or three tasks: a failure cancels the siblings and the owner's body, and nothing outlives its owner.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Cancelled, channel, go, group, never, type Operation, shield, sleep, yieldNow } from "offshoot";
import { caught } from "../support/caught.ts";
import { comesTo, ending } from "../support/outcomes.ts";

test("a child that fails cancels its siblings, which are gone when the owner throws the error", async () => {
  await comesTo(["not started", "cleaned up", "done"], (watch) => {
    const ch = watch(channel<string>(1));
    return function* () {
      let how = "not started";
      const error = yield* caught(
        RangeError,
        group(function* (g) {
          g.go(function* () {
            yield* yieldNow();
            throw new RangeError("child");
          });
          g.go(function* () {
            how = "started";
            try {
              yield* ch.receive();
              how = "done";
            } catch (error) {
              assert.ok(error instanceof Cancelled);
              yield* shield(yieldNow());
              how = "cleaned up";
              throw error;
            }
          });
          g.go(() => ch.trySend("a"));
        }),
      );
      assert.equal(error.message, "child");
      assert.equal(ch.stats().waitingReceivers, 0);
      return how;
    };
  });
});

test("a failure cuts short what the owner's body waits for", async () => {
  await comesTo(["cut short", "received"], (watch) => {
    const ch = watch(channel<string>(1));
    return function* () {
      let how = "cut short";
      const owner = group(function* (g) {
        g.go(() => {
          throw new RangeError("child");
        });
        g.go(() => ch.trySend("a"));
        yield* ch.receive();
        how = "received";
        yield* never;
      });
      assert.equal((yield* caught(RangeError, owner)).message, "child");
      yield* sleep(1);
      assert.equal(ch.stats().waitingReceivers, 0);
      return how;
    };
  });
});

test("of two children that fail none is lost", async () => {
  await comesTo(["a", "b", "a b", "b a"], () => {
    return function* () {
      const failed: string[] = [];
      const fails = function* (name: string): Operation<void> {
        yield* yieldNow();
        failed.push(name);
        throw new RangeError(name);
      };
      try {
        yield* group((g) => {
          g.go(fails, "a");
          g.go(fails, "b");
        });
      } catch (error) {
        const errors = error instanceof AggregateError ? error.errors : [error];
        assert.deepEqual(
          errors.map(({ message }) => message),
          failed,
        );
        return failed.join(" ");
      }
      return assert.fail("nothing was thrown");
    };
  });
});

test("a task ends after the tasks it has started, also when it is cancelled", async () => {
  await comesTo(["not started", "done", "cleaned up"], (watch) => {
    const ch = watch(channel<void>());
    return function* () {
      let how = "not started";
      const owner = go(function* () {
        go(function* () {
          try {
            yield* ch.receive();
            how = "done";
          } catch (error) {
            assert.ok(error instanceof Cancelled);
            yield* shield(yieldNow());
            how = "cleaned up";
          }
        });
      });
      yield* yieldNow();
      go(() => owner.cancel());
      go(() => ch.trySend());
      yield* sleep(1);
      if (owner.status === "waiting") owner.cancel();
      yield* ending(owner);
      const before = how;
      yield* sleep(1);
      assert.equal(how, before, "it outlived its owner");
      return how;
    };
  });
});

test("a failing child and a cancellation from outside: the failure is told, if it came about", async () => {
  await comesTo(["failed", "cancelled"], () => {
    return function* () {
      let failed = false;
      const owner = go(function* () {
        const child = group(function* (g) {
          g.go(function* () {
            yield* yieldNow();
            failed = true;
            throw new RangeError("child");
          });
          yield* never;
        });
        try {
          return yield* child;
        } catch (error) {
          assert.ok(failed ? error instanceof RangeError : error instanceof Cancelled);
          if (failed) return "failed";
          throw error;
        }
      });
      go(() => owner.cancel());
      const how = yield* ending(owner);
      assert.equal(how === "failed", failed);
      return how;
    };
  });
});
