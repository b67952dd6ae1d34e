// A task that was about to yield when another one was chosen did not yield any more when its turn came: exploration missed the orders in which it does.

import assert from "node:assert/strict";
import { test } from "node:test";
import { go, type Operation, yieldNow } from "offshoot";
import { cell, explore } from "offshoot/testing";

test("a task that is passed over before it yields gives up its turn all the same", async () => {
  const { runs, exhausted } = await explore(
    function* () {
      const shared = cell(0);
      go(function* (): Operation<void> {
        yield* shared.get();
        yield* yieldNow();
      });
      go(function* (): Operation<void> {
        yield* shared.get();
        yield* shared.get();
      });
    },
    { strategy: "dfs" },
  );
  // With r, y and e for the look, the yield and the end of the one, and R for each look of the other:
  // ryeRR ryReR ryRRe rRyeR rRyRe rRRye RryeR RryRe RrRye RRrye
  assert.deepEqual([runs, exhausted], [10, true]);
});
