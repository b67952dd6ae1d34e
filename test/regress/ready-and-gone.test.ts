// select, selectNow and race: a case that was ready, and that another thread had taken when it was to commit, was committed with nothing.

import assert from "node:assert/strict";
import { test } from "node:test";
import { always, never, race, select, selectNow } from "offshoot";
import { Leaf } from "../../src/core/leaf.ts";
import { NOT_READY } from "../../src/core/machine.ts";
import type { Description } from "../../src/core/waiter.ts";
import { simulate } from "../../src/testing/simulate.ts";

/** Ready, until somebody looks a second time; as if another thread took what was there in between. */
class Contended extends Leaf<string> {
  private looks = 0;

  ready(): boolean {
    return this.looks++ === 0;
  }

  poll(): unknown {
    return NOT_READY;
  }

  enlist(): void {}

  delist(): void {}

  describe(): Description {
    return { operation: "contended", object: "", heldBy: [] };
  }
}

test("a case that is ready and then is not has done nothing, and another one is taken", async () => {
  await simulate(function* () {
    assert.equal(selectNow({ a: new Contended() }), undefined);
    for (const priority of [true, false]) {
      const cases = { a: new Contended(), b: new Contended(), c: always(3) };
      assert.deepEqual(yield* select(cases, { priority }), { key: "c", value: 3 });
    }
    assert.equal(yield* race([new Contended(), always("other"), never]), "other");
  });
});
