// The fake timers of node:test were not known for what they are.

import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { MisuseError } from "offshoot";
import { explore, replay, simulate } from "offshoot/testing";
import { rejected } from "../support/caught.ts";

test("fake timers of node:test are refused, and once they are restored all is well", async () => {
  const five = (): number => 5;
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    for (const promise of [
      explore(five, { name: "fake", keep: false }),
      simulate(five),
      replay(five, "v1:r:10000:-"),
    ]) {
      const { message } = await rejected(MisuseError, promise);
      assert.match(message, /^\w+: fake timers of a test framework are installed\. Restore the real ones first: /);
    }
  } finally {
    mock.timers.reset();
  }
  assert.equal(await simulate(five), 5);
});
