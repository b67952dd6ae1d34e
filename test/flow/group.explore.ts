// Groups in every order: never more than the limit at once, nobody outlives the group, no failure is lost.

import assert from "node:assert/strict";
import { test } from "node:test";
import { group, type Operation, sleep, TaskCancelledError, yieldNow } from "offshoot";
import { explored } from "../support/explored.ts";

function* pausing(n: number): Operation<void> {
  for (; n > 0; n--) yield* yieldNow();
}

test("a limited group runs all children, never more than the limit, and none is left after it", async () => {
  await explored(1_000, () => {
    let running = 0;
    let ended = 0;
    return function* () {
      yield* group(
        function* (g) {
          for (let n = 0; n < 6; n++) {
            g.go(function* () {
              assert.ok(++running <= 2);
              yield* pausing(n % 3);
              running--;
              ended++;
            });
            yield* pausing(n % 2);
          }
        },
        { limit: 2 },
      );
      assert.deepEqual([running, ended], [0, 6]);
    };
  });
});

test("whichever child fails first, each failure is thrown once and the rest has ended", async () => {
  const outcomes = await explored(1_500, () => {
    let live = 0;
    return function* () {
      try {
        yield* group(function* (g) {
          for (const name of ["a", "b"]) {
            g.go(function* () {
              live++;
              try {
                yield* yieldNow();
                throw new Error(name);
              } finally {
                live--;
              }
            });
          }
          yield* sleep(1_000);
        });
      } catch (error) {
        assert.equal(live, 0);
        return error instanceof AggregateError ? error.errors.map(String) : [String(error)];
      }
      return assert.fail("nothing was thrown");
    };
  });
  assert.ok(outcomes.size >= 2, [...outcomes.keys()].join());
  for (const outcome of outcomes.keys()) {
    const errors = JSON.parse(outcome) as string[];
    assert.ok(errors.length >= 1 && new Set(errors).size === errors.length, outcome);
  }
});

test("a group cancelled in any order ends after its children, cancelled or done", async () => {
  const outcomes = await explored(1_500, () => {
    let live = 0;
    return function* () {
      let outcome = "returned";
      try {
        yield* group(
          function* (g) {
            for (let n = 0; n < 3; n++) {
              g.go(function* () {
                live++;
                try {
                  yield* pausing(2);
                } finally {
                  live--;
                }
              });
            }
            g.go(() => g.cancel("by a child"));
            yield* pausing(3);
          },
          { limit: 2 },
        );
      } catch (error) {
        assert.ok(error instanceof TaskCancelledError);
        outcome = "cancelled";
      }
      assert.equal(live, 0);
      return outcome;
    };
  });
  assert.equal(outcomes.size, 2, [...outcomes.keys()].join());
});
