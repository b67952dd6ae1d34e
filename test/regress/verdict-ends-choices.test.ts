// When a run could not go on, the orders in which its tasks were cleaned up were explored too: each deadlock of n tasks counted n! times.

import assert from "node:assert/strict";
import { test } from "node:test";
import { channel, go } from "offshoot";
import { explore } from "offshoot/testing";

test("a run that cannot go on counts once, whatever the order of its cleanup", async () => {
  for (const [tasks, orders] of [
    [2, 2],
    [3, 6],
    [4, 24],
  ] as const) {
    const { runs, exhausted, failure } = await explore(
      () => {
        for (let i = 0; i < tasks; i++) go(() => channel<number>().receive());
      },
      { strategy: "dfs", keepGoing: true, keep: false },
    );
    assert.deepEqual([runs, exhausted, failure?.blocked.length], [orders, true, tasks]);
  }
});
