// A timer or ticker that came due while the loop was busy was taken by whoever asked for it next, ahead of those who stood in line.

import assert from "node:assert/strict";
import { test } from "node:test";
import { go, type Selectable, select, selectNow, sleep, ticker, timer, yieldNow } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { lasts } from "../support/clock.ts";

const due: Record<string, () => Selectable<number>> = {
  timer() {
    return timer(5).fired;
  },
  ticker() {
    return ticker(5).receive();
  },
};

for (const [name, make] of Object.entries(due)) {
  test(`a ${name} that comes due in the midst of a step is for the first in line`, async () => {
    await simulate(function* () {
      const op = make();
      const first = go(() => op);
      yield* yieldNow();
      lasts(7);
      assert.equal(selectNow({ op }), undefined);
      const got = yield* select({ second: op, end: sleep(1) });
      assert.equal(got.key, "end");
      assert.equal(first.status, "succeeded");
      assert.equal(yield* first, 5);
    });
  });
}

test("tryReceive takes no beat from those in line", async () => {
  await simulate(function* () {
    const beats = ticker(5);
    const first = go(() => beats.receive());
    yield* yieldNow();
    lasts(12);
    assert.deepEqual(beats.tryReceive(), { ok: false, closed: false });
    assert.equal(yield* first, 10);
    assert.equal(beats.missed, 1);
  });
});
