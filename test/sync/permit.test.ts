// withPermit: permits for as long as a body runs.

import assert from "node:assert/strict";
import { test } from "node:test";
import { go, MisuseError, type Operation, Semaphore, sleep, yieldNow } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught, thrown } from "../support/caught.ts";

test("the permits are held while the body runs, and given back however it ends", async () => {
  await simulate(function* () {
    const semaphore = new Semaphore(3);
    assert.equal(yield* semaphore.withPermit(() => semaphore.available), 2);
    const body = function* (): Operation<string> {
      yield* sleep(1);
      return `${semaphore.available} left`;
    };
    assert.equal(yield* semaphore.withPermit(body, 3), "0 left");
    const error = yield* caught(
      RangeError,
      semaphore.withPermit(async () => {
        throw new RangeError("boom");
      }, 2),
    );
    assert.equal(error.message, "boom");
    const task = go(() => semaphore.withPermit(() => sleep(1_000), 2));
    yield* yieldNow();
    assert.equal(semaphore.available, 1);
    task.cancel();
    yield* sleep(1);
    assert.equal(semaphore.available, 3);
  });
});

test("what cannot be is misuse at the call", () => {
  const semaphore = new Semaphore(2);
  for (const n of [-1, 0.5, Number.NaN, 3]) thrown(MisuseError, () => semaphore.withPermit(() => {}, n));
  thrown(MisuseError, () => semaphore.withPermit(5 as never));
  assert.equal(semaphore.available, 2);
});
