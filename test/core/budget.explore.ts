// The budget of immediate completions in all orders: a task that never waits gives up its turn when it is spent, and is cancelled like others.

import assert from "node:assert/strict";
import { test } from "node:test";
import { always, Cancelled, currentTask, type Group, go, group } from "offshoot";
import { caught } from "../support/caught.ts";
import { comesTo, ending } from "../support/outcomes.ts";

const BUDGET = 128;

test("a task that only does what is ready comes to its end, one turn after the other", async () => {
  await comesTo([2 * BUDGET + 2], () => {
    return function* () {
      let done = 0;
      for (let i = 0; i <= 2 * BUDGET + 1; i++) done += yield* always(1);
      return done;
    };
  });
});

test("cancelled at any of its steps it throws at the next one, and has done all before", async () => {
  const outcomes = Array.from({ length: BUDGET + 2 }, (_, n) => `cancelled after ${n}`);
  await comesTo([...outcomes, `done after ${BUDGET + 2}`], () => {
    return function* () {
      let handle: Group | null = null;
      go(() => handle?.cancel()); // after its end it does nothing
      return yield* group(function* (g) {
        handle = g;
        let done = 0;
        try {
          for (let i = 0; i <= BUDGET + 1; i++) done += yield* always(1);
          return `done after ${done}`;
        } catch (error) {
          assert.ok(error instanceof Cancelled);
          return `cancelled after ${done}`;
        }
      });
    };
  });
});

test("a cancelled task that catches again and again gives up its turn too", async () => {
  await comesTo(
    ["first", "in between", "last"],
    () => {
      return function* () {
        let place = "last";
        const stubborn = go(function* () {
          currentTask().cancel();
          let caughtSoFar = 0;
          if (place === "last") place = "not yet";
          for (; caughtSoFar <= BUDGET; caughtSoFar++) yield* caught(Cancelled, always(1));
          if (place === "not yet") place = "last";
          yield* always(1);
        });
        go(() => {
          place = place === "not yet" ? "in between" : "first";
        });
        assert.equal(yield* ending(stubborn), "cancelled");
        return place;
      };
    },
    { untracked: true },
  );
});
