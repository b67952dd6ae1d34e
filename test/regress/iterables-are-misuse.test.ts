// yield* over an array, a map or a set failed with "The iterator does not provide a 'throw' method." instead of saying what was wrong.

import assert from "node:assert/strict";
import { test } from "node:test";
import { MisuseError, type Operation, run } from "offshoot";
import { rejected } from "../support/caught.ts";

const iterables: Record<string, Iterable<unknown>> = {
  "an array": [1],
  "a map": new Map([[1, 2]]),
  "a set": new Set([1]),
  "a typed array": new Uint8Array(1),
};

for (const [what, iterable] of Object.entries(iterables)) {
  test(`yield* over ${what} is misuse`, async () => {
    const error = await rejected(
      MisuseError,
      run(function* () {
        yield* iterable as Operation<unknown>;
      }),
    );
    assert.match(error.message, /which is no operation/);
  });
}

test("a TypeError that a body throws when it is told of misuse is thrown as it is", async () => {
  const own = new TypeError("my own");
  const error = await rejected(
    TypeError,
    run(function* () {
      try {
        yield* numbers() as unknown as Operation<void>;
      } catch {
        throw own;
      }
    }),
  );
  assert.equal(error, own);
});

function* numbers(): Generator<number> {
  yield 1;
}
