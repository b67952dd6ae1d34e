// Under PCT and POS a task that gave up its turn stayed behind all others until these waited: what happens when it goes on first was never run.

import assert from "node:assert/strict";
import { test } from "node:test";
import { channel, go, type Operation, yieldNow } from "offshoot";
import { explore } from "offshoot/testing";

function* closedTooEarly(): Operation<void> {
  const events = channel<string>(1, { name: "events" });
  go(function* emit(): Operation<void> {
    yield* events.send("saved");
  });
  go(function* shutDown(): Operation<void> {
    yield* yieldNow();
    events.close();
  });
}

/** Looks again and again: who does must not keep the others from going on. */
function* polls(): Operation<void> {
  let isReady = false;
  go(function* wait(): Operation<void> {
    while (!isReady) yield* yieldNow();
  });
  go(function* prepare(): Operation<void> {
    for (let i = 0; i < 3; i++) yield* yieldNow();
    isReady = true;
  });
}

for (const strategy of ["pct", "pos"] as const) {
  test(`a task that has given up its turn may be the next all the same, by ${strategy}`, async () => {
    const { failure } = await explore(closedTooEarly, { strategy, runs: 100, keep: false });
    assert.match(String(failure?.error), /^ClosedError: Channel\.send: "events"/);
  });

  test(`a task that polls is not the next for ever, by ${strategy}`, async () => {
    const { ok, outcomes } = await explore(polls, { strategy, runs: 200, maxSteps: 200 });
    assert.equal(ok, true);
    assert.equal(outcomes.get("undefined")?.count, 200, "a run was given up");
  });
}
