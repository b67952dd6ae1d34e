// restart took an error of an attempt's cleanup, thrown while it was being cancelled, for a failure of the attempt: it told onRestart, and the error was lost.

import assert from "node:assert/strict";
import { test } from "node:test";
import { go, never, restart, yieldNow } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { rejected } from "../support/caught.ts";

for (const backoff of [false, {}] as const) {
  test(`an attempt whose cleanup fails when it is cancelled is not started again, ${backoff === false ? "at once" : "nor after a wait"}`, async () => {
    let attempts = 0;
    let restarts = 0;
    const error = await rejected(
      RangeError,
      simulate(function* () {
        const task = go(() =>
          restart(
            function* () {
              attempts++;
              try {
                yield* never;
              } catch {
                throw new RangeError("cleanup");
              }
            },
            { backoff, onRestart: () => restarts++ },
          ),
        );
        yield* yieldNow();
        task.cancel();
      }),
    );
    assert.equal(error.message, "cleanup");
    assert.deepEqual([attempts, restarts], [1, 0]);
  });
}
