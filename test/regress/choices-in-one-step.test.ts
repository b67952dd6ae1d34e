// Two choices within one step made the same trace in whichever order they came out: traces were counted as one that had different outcomes.

import assert from "node:assert/strict";
import { test } from "node:test";
import { choose, explore } from "offshoot/testing";

test("choices of one step are told apart", async () => {
  const { traces, outcomes, covered } = await explore(() => `${choose(2)}${choose(2)}`, {
    strategy: "dfs",
    keep: false,
  });
  assert.equal(covered, "every order");
  assert.equal(outcomes.size, 4);
  assert.equal(traces, 4);
});
