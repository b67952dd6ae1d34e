// When a race or an any was cancelled from outside and two async branches failed in their cleanup at once, only the first error was told: the second branch was
// held for one that had failed by itself, too late.

import assert from "node:assert/strict";
import { test } from "node:test";
import { any, go, group, type Operation, race, sleep } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";

/** An async body whose cleanup fails when its signal is aborted. */
const broken = (message: string): Operation<string> =>
  group(
    (g) =>
      new Promise<string>((_, reject) => {
        g.signal.addEventListener("abort", () => reject(new RangeError(message)));
      }),
  );

test("no cleanup error of several is lost when all are cancelled from outside", async () => {
  await simulate(function* () {
    for (const composite of [race, any]) {
      let seen: unknown;
      const task = go(function* () {
        try {
          yield* composite([broken("a"), broken("b"), broken("c")]);
        } catch (error) {
          seen = error;
        }
      });
      yield* sleep(1);
      task.cancel();
      yield* task;
      assert.ok(seen instanceof AggregateError, String(seen));
      assert.deepEqual(
        seen.errors.map((error: Error) => error.message),
        ["a", "b", "c"],
      );
    }
  });
});

test("nor when they have lost", async () => {
  await simulate(function* () {
    for (const composite of [race, any]) {
      let seen: unknown;
      try {
        yield* composite<Operation<unknown>>([broken("a"), sleep(5), broken("b")]);
      } catch (error) {
        seen = error;
      }
      assert.ok(seen instanceof AggregateError, String(seen));
      assert.deepEqual(
        seen.errors.map((error: Error) => error.message),
        ["a", "b"],
      );
    }
  });
});
