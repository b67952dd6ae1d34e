// A call with a limit that was up got a signal aborted without a reason, unlike an operation that is composed.

import assert from "node:assert/strict";
import { test } from "node:test";
import { currentTask, moveOnAfter, type Operation, TimeoutError, timeout, until } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught } from "../support/caught.ts";

test("the reason below a limit that is up is the error that timeout throws", async () => {
  await simulate(function* () {
    const signals: AbortSignal[] = [];
    const hangs = until((signal) => {
      signals.push(signal);
      return new Promise<void>(() => {});
    });
    const composed = function* (): Operation<void> {
      signals.push(currentTask().signal);
      yield* hangs;
    };
    const error = yield* caught(TimeoutError, timeout(5, hangs));
    assert.ok(signals[0]?.reason instanceof TimeoutError);
    assert.match(error.message, /^timeout: until a function took more than 5 ms/);
    assert.equal(yield* moveOnAfter(5, hangs), undefined);
    assert.ok(signals[1]?.reason instanceof TimeoutError);
    yield* caught(TimeoutError, timeout(5, composed()));
    assert.ok(signals.at(-1)?.reason instanceof TimeoutError);
  });
});
