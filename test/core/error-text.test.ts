// What an error says of where it came from: the task, its owners, and the line each of them stood at.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type ClosedError, channel, go, group, type MisuseError, named, never, run, sleep } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { rejected } from "../support/caught.ts";

test("the stack of an error names its task and the owners with their lines", async () => {
  const error = await rejected(
    RangeError,
    simulate(function* main() {
      go(function* middle() {
        go(function* leaf() {
          yield* sleep(1);
          throw new RangeError("boom");
        });
        yield* never;
      });
      yield* never;
    }),
  );
  const lines = (error.stack ?? "").split("\n").filter((line) => /^ {4}(in|owned by) /.test(line));
  assert.equal(lines.length, 3, error.stack);
  assert.match(lines[0] ?? "", /in task #\d+ "leaf"/);
  assert.match(lines[1] ?? "", /owned by task #\d+ "middle" at .*error-text\.test\.ts:\d+/);
  assert.match(lines[2] ?? "", /owned by task #1 "main" at .*error-text\.test\.ts:\d+/);
});

test("an error of the main task names it, once", async () => {
  const error = await rejected(
    RangeError,
    run(
      function* () {
        yield* sleep(0);
        throw new RangeError("boom");
      },
      { name: "the main task" },
    ),
  );
  assert.equal((error.stack ?? "").split('in task #1 "the main task"').length, 2);
});

test("an error that passes several owners keeps the origin it had", async () => {
  const error = await rejected(
    Error,
    simulate(function* () {
      yield* group(function* (g) {
        g.go(
          named("inner", function* () {
            yield* group(function* (h) {
              h.go(
                named("innermost", function* () {
                  throw new Error("boom");
                }),
              );
            });
          }),
        );
      });
    }),
  );
  assert.equal((error.stack ?? "").match(/^ {4}in task/gm)?.length, 1, error.stack);
  assert.match(error.stack ?? "", /in task #3 "innermost"/);
});

test("a frozen error, and one whose stack cannot be read, say what they said", async () => {
  const frozen = Object.freeze(new Error("frozen"));
  const guarded = Object.defineProperty(new Error("guarded"), "stack", {
    get() {
      throw new Error("no stack for you");
    },
  });
  for (const thrown of [frozen, guarded]) {
    const error = await rejected(
      Error,
      run(function* () {
        go(() => {
          throw thrown;
        });
        yield* never;
      }),
    );
    assert.equal(error, thrown);
  }
});

test("an AggregateError says whose failures it holds", async () => {
  const error = await rejected(
    AggregateError,
    simulate(function* () {
      yield* group(
        function* () {
          go(() => {
            throw new Error("one");
          });
          try {
            yield* never;
          } catch {
            throw new Error("two");
          }
        },
        { name: "the pair" },
      );
    }),
  );
  assert.match(error.message, /the pair: 2 failures: one; two/);
});

test("an error of the library says in which task it arose", async () => {
  await simulate(function* () {
    const ch = channel<number>();
    const waiting = go(function* waiting() {
      try {
        yield* ch.send(1);
      } catch (error) {
        return (error as ClosedError).task;
      }
      return assert.fail("nothing was thrown");
    });
    const late = go(function* late() {
      yield* sleep(1);
      try {
        yield* ch.send(1);
      } catch (error) {
        return (error as ClosedError).task;
      }
      return assert.fail("nothing was thrown");
    });
    const wrong = go(function* wrong() {
      try {
        sleep(Number.NaN);
      } catch (error) {
        return (error as MisuseError).task;
      }
      return assert.fail("nothing was thrown");
    });
    yield* sleep(0);
    ch.close();
    assert.deepEqual(yield* waiting, { id: waiting.id, name: "waiting" });
    assert.deepEqual(yield* late, { id: late.id, name: "late" });
    assert.deepEqual(yield* wrong, { id: wrong.id, name: "wrong" });
  });
});
