// In an explored run a yieldNow did not notice that a timer which was chosen to go off before it had cancelled its scope.

import assert from "node:assert/strict";
import { test } from "node:test";
import { always, moveOnAfter, type Operation, yieldNow } from "offshoot";
import { explore } from "offshoot/testing";

test("a time limit may be up right before a yield", async () => {
  const work = function* (): Operation<string> {
    yield* always(0);
    yield* yieldNow();
    return "done";
  };
  const { outcomes } = await explore(() => moveOnAfter(10, work()), { strategy: "dfs" });
  assert.deepEqual([...outcomes.keys()].sort(), ["'done'", "undefined"]);
});
