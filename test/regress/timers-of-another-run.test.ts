// A timer made outside a simulated run and waited for inside stood in the other clock's heap: the run was told to be a deadlock.

import assert from "node:assert/strict";
import { test } from "node:test";
import { MisuseError, timer } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught } from "../support/caught.ts";

test("a timer of another clock is misuse where it is waited for", async () => {
  const outside = timer(10);
  await simulate(function* () {
    const error = yield* caught(MisuseError, outside.fired);
    assert.match(error.message, /^timer\.fired: the timer was made outside this run/);
  });
});
