// Once and SingleFlight started their body for a caller who had been cancelled already, and in a run that was cancelled even shielded it.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Cancelled,
  go,
  group,
  never,
  Once,
  type Operation,
  run,
  SingleFlight,
  shield,
  TaskCancelledError,
  yieldNow,
} from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught, rejected } from "../support/caught.ts";

/** Both ways to ask. */
function askers(body: () => number): (() => Operation<unknown>)[] {
  const once = new Once(body);
  const flights = new SingleFlight<string, number>();
  return [() => once.do(), () => flights.do("key", body)];
}

test("a caller in a cancelled group does not start the body", async () => {
  let ran = 0;
  await simulate(function* () {
    for (const ask of askers(() => ++ran)) {
      yield* caught(
        TaskCancelledError,
        group(function* (g) {
          g.cancel();
          yield* caught(Cancelled, ask());
          yield* ask();
        }),
      );
    }
    yield* yieldNow();
  });
  assert.equal(ran, 0);
});

test("a caller in a cancelled run does not start the body, unless it is shielded", async () => {
  let ran = 0;
  for (const ask of askers(() => ++ran)) {
    const controller = new AbortController();
    const ended = run(
      function* () {
        const child = go(function* () {
          try {
            yield* never;
          } finally {
            yield* caught(Cancelled, ask());
            yield* shield(yieldNow());
            assert.equal(ran % 2, 0);
            yield* shield(ask());
            assert.equal(ran % 2, 1);
            ran++;
          }
        });
        yield* yieldNow();
        controller.abort(new Error("enough"));
        yield* child;
      },
      { signal: controller.signal },
    );
    assert.equal((await rejected(Error, ended)).message, "enough");
  }
  assert.equal(ran, 4);
});
