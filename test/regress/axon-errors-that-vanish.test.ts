// Axon: an error in a component ended the whole system, or, once that was "immortal", vanished without a word.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Operation, sleep } from "offshoot";
import { type Component, graphline, pipeline } from "offshoot/component";
import { simulate } from "../../src/testing/simulate.ts";
import { caught } from "../support/caught.ts";
import { Keeping, Lasting } from "../support/components.ts";

function* culprit(): Operation<void> {
  yield* sleep(1);
  throw new RangeError("broken");
}

test("the failure of a component fails its chassis, and the error tells in which task it was", async () => {
  await simulate(function* () {
    for (const chassis of [
      () => pipeline(new Lasting(), culprit),
      () => graphline({ parts: { lasting: new Lasting(), culprit }, links: {} }),
    ]) {
      const error = yield* caught(RangeError, chassis());
      assert.match(error.stack ?? "", /in task #\d+ "culprit"/);
    }
  });
});

test("several that fail are all told", async () => {
  await simulate(function* () {
    const error = yield* caught(AggregateError, pipeline([culprit, culprit, new Keeping()], { failures: "isolate" }));
    assert.equal(error.errors.length, 2);
  });
});

test("isolated failures are told at once, by component, and the others go on", async () => {
  await simulate(function* () {
    const told: string[] = [];
    const keeping = new Keeping();
    function* works(self: Component): Operation<void> {
      yield* sleep(10);
      yield* self.put(`after ${told.join()}`);
    }
    yield* graphline({
      parts: { culprit, works, keeping },
      links: { "works.outbox": "keeping.inbox" },
      failures: "isolate",
      onFailure: (error, part) => told.push(`${part.componentName}: ${(error as Error).message}`),
    });
    assert.deepEqual(keeping.got, ["after culprit: broken", "end"]);
  });
});
