// An operation of any that failed by itself just after another one had succeeded, before it was told that it had lost, was held for one whose cleanup failed:
// its error was thrown in place of the result.

import assert from "node:assert/strict";
import { test } from "node:test";
import { always, any, go, group, never, type Operation, sleep } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught } from "../support/caught.ts";

function* succeeds(ms: number): Operation<string> {
  yield* sleep(ms);
  return "success";
}

function* fails(ms: number): Operation<never> {
  yield* sleep(ms);
  throw new Error("refused");
}

test("a failure at the same moment as a success is lived with, whichever is first", async () => {
  await simulate(function* () {
    assert.equal(yield* any([succeeds(5), fails(5)]), "success");
    assert.equal(yield* any([fails(5), succeeds(5)]), "success");
    assert.equal(yield* any([sleep(5).map(() => "leaf"), fails(5)]), "leaf");
    assert.equal(yield* any([fails(0), always("ready")]), "ready");
  });
});

test("what cleanup throws is thrown still", async () => {
  await simulate(function* () {
    const broken = function* (): Operation<void> {
      try {
        yield* sleep(5);
        yield* sleep(5);
      } catch {
        throw new RangeError("cleanup");
      }
    };
    yield* caught(RangeError, any([succeeds(5), broken()]));
    yield* caught(RangeError, any([succeeds(7), broken()]));
  });
});

test("so is what an async body throws when its signal is aborted", async () => {
  await simulate(function* () {
    const broken = group((g) => {
      return new Promise<string>((_, reject) => {
        g.signal.addEventListener("abort", () => reject(new RangeError("cleanup")));
      });
    });
    yield* caught(RangeError, any([succeeds(5), broken]));
  });
});

test("so is what a child throws in its cleanup, when the operation itself has returned", async () => {
  await simulate(function* () {
    const starts = function* (): Operation<string> {
      go(function* () {
        try {
          yield* never;
        } catch {
          throw new RangeError("cleanup");
        }
      });
      return "returned";
    };
    yield* caught(RangeError, any([succeeds(5), starts()]));
  });
});
