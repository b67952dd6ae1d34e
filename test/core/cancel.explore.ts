// Cancellation against everything else, in some thousand orders.

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
  shield,
  sleep,
  TaskCancelledError,
  yieldNow,
} from "offshoot";
import { explored } from "../support/explored.ts";

/** How a task ended, in a word. */
function* ending(task: Operation<unknown>): Operation<string> {
  try {
    return String(yield* task);
  } catch (error) {
    if (error instanceof TaskCancelledError) return "cancelled";
    throw error;
  }
}

test("a select that is cancelled in any order has committed one case or none", async () => {
  const outcomes = await explored(2_000, (watch) => {
    const [a, b] = [watch(channel<string>(1)), watch(channel<string>())];
    return function* () {
      const selector = go(function* () {
        const got = yield* select({ take: b.receive(), give: a.send("given") });
        return got.key;
      });
      const sender = go(function* () {
        const got = yield* select({ sent: b.send("sent"), late: sleep(5) });
        return got.key;
      });
      yield* yieldNow();
      selector.cancel();
      const how = yield* ending(selector);
      const sent = yield* sender;
      assert.equal(how === "take", sent === "sent");
      assert.equal(how === "give", a.length === 1);
      assert.equal(b.stats().waitingReceivers + b.stats().waitingSenders, 0);
      return how;
    };
  });
  assert.deepEqual([...outcomes.keys()].sort(), ['"cancelled"', '"give"', '"take"']);
});

test("whoever cancels first gives the reason, and cleanup runs once", async () => {
  const outcomes = await explored(1_500, () => {
    let cleanups = 0;
    return function* () {
      const started = channel<null>(1);
      const target = go(function* () {
        try {
          started.trySend(null);
          yield* never;
        } finally {
          cleanups++;
          yield* shield(yieldNow());
          yield* shield(sleep(1));
          cleanups++;
        }
      });
      yield* started.receive();
      const rivals = ["a", "b"].map((name) => go(() => target.cancel(name)));
      for (const rival of rivals) yield* rival;
      try {
        yield* target;
      } catch (error) {
        assert.ok(error instanceof TaskCancelledError);
        assert.equal(cleanups, 2);
        return error.reason;
      }
      return assert.fail("it was not cancelled");
    };
  });
  assert.deepEqual([...outcomes.keys()].sort(), ['"a"', '"b"']);
});

test("a tree that is cancelled in any order is gone when its root has ended", async () => {
  await explored(1_000, (watch) => {
    const ch = watch(channel<number>());
    let live = 0;
    const node = function* (depth: number): Operation<void> {
      live++;
      try {
        if (depth > 0) {
          go(node, depth - 1);
          yield* group(function* (g) {
            g.go(node, depth - 1);
            yield* ch.receive();
          });
        } else yield* select([ch.receive(), sleep(3)]);
      } finally {
        live--;
      }
    };
    return function* () {
      const top = go(node, 2);
      for (let n = 0; n < 3; n++) yield* yieldNow();
      top.cancel("down");
      yield* ending(top);
      assert.equal(live, 0);
      assert.equal(ch.stats().waitingReceivers, 0);
    };
  });
});

test("a child that fails against one that is cancelled: the failure is never lost", async () => {
  await explored(1_500, () => {
    return function* () {
      const boom = new RangeError("boom");
      let failed = false;
      const task = go(function* () {
        try {
          yield* group(function* (g) {
            g.go(function* () {
              yield* yieldNow();
              failed = true;
              throw boom;
            });
            yield* never;
          });
        } catch (error) {
          assert.equal(error === boom, failed, String(error));
          assert.ok(error === boom || error instanceof Cancelled);
        }
        return "done";
      });
      yield* yieldNow();
      task.cancel();
      yield* ending(task);
    };
  });
});
