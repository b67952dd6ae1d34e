// What is no error can be thrown as well, and reaches the owner as it is.

import assert from "node:assert/strict";
import { test } from "node:test";
import { go, never, type Operation, run, sleep } from "offshoot";
import { rejected } from "../support/caught.ts";

function* failing(ms: number, error: unknown): Operation<never> {
  yield* sleep(ms);
  throw error;
}

for (const [name, value] of [
  ["undefined", undefined],
  ["null", null],
  ["a string", "text"],
  ["a symbol", Symbol("s")],
  ["a frozen error", Object.freeze(new Error("frozen"))],
  ["an object without a prototype", Object.create(null)],
] as const) {
  test(`throwing ${name} works as throwing an error does`, async () => {
    const outcome = await run(function* () {
      go(failing, 0, value);
      yield* never;
    }).then(
      () => "returned",
      (thrown: unknown) => ({ thrown }),
    );
    assert.deepEqual(outcome, { thrown: value });
  });

  test(`throwing ${name} beside another error is one of two failures`, async () => {
    const other = new Error("other");
    const error = await rejected(
      AggregateError,
      run(function* () {
        go(failing, 0, value);
        try {
          yield* never;
        } catch {
          throw other;
        }
      }),
    );
    assert.deepEqual(error.errors, [value, other]);
  });
}
