// An operation that had returned in time, and whose children were still at work when the time was up, was held for one that had made it: they were cut short
// and nobody was told.

import assert from "node:assert/strict";
import { test } from "node:test";
import { go, moveOnAfter, type Operation, shield, sleep, TimeoutError, timeout } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught } from "../support/caught.ts";

test("an operation is in time only if what it has started is", async () => {
  await simulate(function* () {
    const log: string[] = [];
    const op = function* (ms: number): Operation<string> {
      go(function* () {
        yield* sleep(ms);
        log.push(`child of ${ms} ms`);
      });
      yield* sleep(1);
      return "returned";
    };
    assert.equal(yield* timeout(10, op(5)), "returned");
    yield* caught(TimeoutError, timeout(10, op(20)));
    assert.equal(yield* moveOnAfter(10, op(30)), undefined);
    assert.deepEqual(log, ["child of 5 ms"]);
  });
});

test("one that returns after the time is up has made it all the same", async () => {
  await simulate(function* () {
    const op = function* (): Operation<string> {
      yield* shield(sleep(20));
      return "late";
    };
    assert.equal(yield* timeout(10, op()), "late");
  });
});
