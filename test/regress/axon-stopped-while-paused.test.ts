// Axon: a component that was stopped while it paused could never be woken, and the scheduler never came to an end.

import assert from "node:assert/strict";
import { test } from "node:test";
import { sleep } from "offshoot";
import { pipeline } from "offshoot/component";
import { simulate } from "../../src/testing/simulate.ts";
import { Pausing } from "../support/components.ts";

test("a component that pauses is stopped, and the run ends", async () => {
  await simulate(function* () {
    const one = new Pausing();
    const task = one.start();
    yield* sleep(1);
    one.stop("done");
    yield* sleep(0);
    assert.deepEqual([task.status, one.wakes], ["cancelled", 0]);
  });
});

test("so is one whose chassis is stopped", async () => {
  await simulate(function* () {
    const parts = [new Pausing(), new Pausing()];
    const line = pipeline(parts, {});
    line.start();
    yield* sleep(1);
    line.stop();
    yield* sleep(0);
    for (const part of parts) assert.equal(part.status, "cancelled");
  });
});
