// restart in all orders, and in some thousand of more tasks: against cancellation, and attempts that leave children behind.

import assert from "node:assert/strict";
import { test } from "node:test";
import { channel, go, type Operation, restart, shield, sleep, TaskCancelledError, yieldNow } from "offshoot";
import { choose } from "offshoot/testing";
import { explored } from "../support/explored.ts";
import { comesTo, ending } from "../support/outcomes.ts";

for (const backoff of [false, { initial: 1, jitter: 0 }] as const) {
  test(`cancelled in any order, ${backoff === false ? "without" : "with"} waits: no attempt after it, no two at once, nothing left`, async () => {
    const outcomes = await explored(2_000, (watch) => {
      const ch = watch(channel<number>());
      let live = 0;
      let attempts = 0;
      let cancelled = false;
      const child = function* (): Operation<void> {
        live++;
        try {
          yield* ch.receive();
        } finally {
          yield* shield(yieldNow());
          live--;
        }
      };
      const body = function* (attempt: number): Operation<string> {
        assert.equal(live, 0, "children of the attempt before");
        assert.equal(cancelled, false, "an attempt after the cancellation");
        attempts = attempt;
        go(child);
        yield* yieldNow();
        if (attempt < 3) throw new RangeError("boom");
        yield* ch.send(1);
        return "done";
      };
      return function* () {
        const task = go(function* () {
          try {
            return yield* restart(body, { backoff });
          } catch (error) {
            if (error instanceof RangeError) return "failed"; // under way already when it was cancelled
            throw error;
          }
        });
        go(function* () {
          for (let turns = 0; turns < 4; turns++) yield* yieldNow();
          if (backoff !== false) yield* sleep(3);
          task.cancel();
          cancelled = true;
        });
        let how = "cancelled";
        try {
          how = yield* task;
        } catch (error) {
          assert.ok(error instanceof TaskCancelledError);
        }
        assert.equal(live, 0);
        assert.equal(ch.stats().waitingReceivers + ch.stats().waitingSenders, 0);
        return `${how} at ${attempts}`;
      };
    });
    for (const outcome of outcomes.keys()) assert.match(outcome, /^"(cancelled at [0-3]|failed at [12]|done at 3)"$/);
    for (const how of backoff === false ? ["cancelled", "failed", "done"] : ["cancelled", "done"])
      assert.ok(
        [...outcomes.keys()].some((outcome) => outcome.includes(how)),
        [...outcomes.keys()].join(),
      );
  });
}

test("a body is started again until it succeeds, or the attempts are used up", async () => {
  await comesTo(["1", "2", "given up"], () => {
    return function* () {
      let attempts = 0;
      const body = function* () {
        attempts++;
        yield* yieldNow();
        if (choose(2) === 1) throw new RangeError("again");
        return attempts;
      };
      go(() => yieldNow());
      try {
        return String(yield* restart(body, { attempts: 2, backoff: { initial: 10, jitter: 0 } }));
      } catch (error) {
        assert.ok(error instanceof RangeError);
        assert.equal(attempts, 2);
        return "given up";
      }
    };
  });
});

test("a body is not started again after a cancellation, wherever that comes", async () => {
  await comesTo(
    ["done after 2", "failed after 1", "cancelled after 0", "cancelled after 1", "cancelled after 2"],
    () => {
      return function* () {
        let [attempts, inside] = [0, 0];
        const body = function* () {
          assert.equal(inside++, 0);
          const attempt = ++attempts;
          try {
            yield* sleep(1);
            if (attempt === 1) throw new RangeError("again");
            return "done";
          } finally {
            inside--;
          }
        };
        const tries = go(function* () {
          try {
            return yield* restart(body, { backoff: false });
          } catch (error) {
            if (error instanceof RangeError) return "failed"; // the time was up, and then it was cancelled
            throw error;
          }
        });
        go(function* () {
          yield* sleep(choose(3));
          tries.cancel();
        });
        const how = yield* ending(tries);
        assert.equal(inside, 0);
        return `${how} after ${attempts}`;
      };
    },
    { time: "racy" },
  );
});
