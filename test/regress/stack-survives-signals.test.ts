// An error that cancelled its siblings was the reason of their signals, and what fetch did to it there was seen by everybody: its stack was gone.

import assert from "node:assert/strict";
import { test } from "node:test";
import { all, group, type Operation, run, TimeoutError, timeout, until } from "offshoot";
import { caught, rejected } from "../support/caught.ts";

/** What fetch does with the reason of its signal. */
const spoils = (signal: AbortSignal): Promise<void> =>
  new Promise((_, reject) => {
    signal.addEventListener("abort", () => {
      const { reason } = signal;
      Object.defineProperty(reason, "stack", { value: "spoiled", writable: true, configurable: true });
      reject(reason);
    });
  });

function* fails(): Operation<never> {
  throw new TypeError("a bug of mine");
}

test("the stack of an error is whole after others were cancelled with it", async () => {
  const bodies: (() => Operation<unknown>)[] = [
    () => all([until(spoils), fails()]),
    () =>
      group((g) => {
        g.go(() => until(spoils));
        g.go(fails);
      }),
    () =>
      group(function* (g): Operation<void> {
        g.go(() => until(spoils));
        yield* until(Promise.resolve());
        throw new TypeError("a bug of mine");
      }),
  ];
  for (const body of bodies) {
    const error = await rejected(TypeError, run(body));
    assert.match(error.stack ?? "", /^TypeError: a bug of mine\n {4}at .*stack-survives-signals/);
  }
});

test("the error of a limit is not the one that signals have seen", async () => {
  await run(function* () {
    const error = yield* caught(TimeoutError, timeout(1, until(spoils)));
    assert.match(error.stack ?? "", /stack-survives-signals/);
  });
});
