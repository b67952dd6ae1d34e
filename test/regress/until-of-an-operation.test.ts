// until(() => op) awaited the operation in nobody's name: given up, it went on and took a value. A generator was the value itself.

import assert from "node:assert/strict";
import { test } from "node:test";
import { channel, group, MisuseError, type Operation, sleep, until } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught } from "../support/caught.ts";

test("a function that returns an operation is misuse, and nothing is received", async () => {
  await simulate(function* () {
    const ch = channel<number>(1);
    const steps = function* (): Operation<number> {
      return yield* ch.receive();
    };
    for (const op of [() => ch.receive(), steps, () => group(() => 5)]) {
      const error = yield* caught(MisuseError, until(op as unknown as () => Promise<number>));
      assert.match(error.message, /^until: the function returned .* Write yield\* before it, without until\(\)\.$/);
    }
    yield* sleep(1);
    assert.equal(ch.stats().waitingReceivers, 0);
  });
});
