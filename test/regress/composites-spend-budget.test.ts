// A group, or a shield, without an operation that waits spent nothing of the budget of its task: a loop of them kept all other tasks, timers and sockets
// from their turn.

import assert from "node:assert/strict";
import { test } from "node:test";
import { go, group, type Operation, shield } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";

const MOST = 2_000; // rounds; the budget is far smaller

const composites: Record<string, () => Operation<unknown>> = {
  "groups of an empty generator": () => group(function* () {}),
  "groups of a plain body": () => group(() => 1),
  "groups of a plain body that isolate failures": () => group(() => 1, { failures: "isolate" }),
  "groups in groups": () => group(() => group(() => 1)),
  "shields of an empty generator": () => shield((function* () {})()),
  "shields of groups": () => shield(group(() => 1)),
};

for (const [what, make] of Object.entries(composites)) {
  test(`a loop of ${what} lets another task have its turn`, async () => {
    await simulate(function* () {
      let flag = false;
      go(() => {
        flag = true;
      });
      let rounds = 0;
      for (; !flag && rounds < MOST; rounds++) yield* make();
      assert.ok(rounds < MOST, "no other task had its turn");
    });
  });
}
