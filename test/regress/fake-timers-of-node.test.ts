// Only the fake timers of one library were refused: those of node:test, and any that fake the date alone, were replaced without a word, and were gone after the run.
// own process: replaces globals

import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { explore, replay, simulate } from "offshoot/testing";

for (const api of ["setTimeout", "setInterval", "setImmediate", "Date"] as const)
  test(`a fake ${api} is refused, and stays`, async () => {
    mock.timers.enable({ apis: [api] });
    try {
      const fake = globalThis[api];
      await assert.rejects(
        simulate(() => 1),
        /simulate: fake timers/,
      );
      await assert.rejects(
        explore(() => 1, { keep: false }),
        /explore: fake timers/,
      );
      await assert.rejects(
        replay(() => 1, "v1:r:10000:-"),
        /replay: fake timers/,
      );
      assert.equal(globalThis[api], fake);
    } finally {
      mock.timers.reset();
    }
    assert.equal(await simulate(() => 1), 1);
  });
