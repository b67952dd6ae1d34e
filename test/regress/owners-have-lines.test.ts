// A task that waits for its children had no line: neither in the chain of owners of an error, nor in the report of branches that are single operations.

import assert from "node:assert/strict";
import { test } from "node:test";
import { all, DeadlockError, group, Latch, type Operation, sleep } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { rejected } from "../support/caught.ts";

test("the owner of a task that failed under all or a group stands somewhere", async () => {
  const fails = function* fails(): Operation<void> {
    yield* sleep(1);
    throw new RangeError("boom");
  };
  const bodies = [
    function* main(): Operation<unknown> {
      return yield* all([fails(), sleep(9)]);
    },
    function* main(): Operation<unknown> {
      return yield* group((g) => void g.go(fails));
    },
  ];
  for (const body of bodies) {
    const error = await rejected(RangeError, simulate(body));
    assert.match(error.stack ?? "", /owned by task #1 "main" at main \(.*owners-have-lines\.test\.ts:\d+:\d+\)/);
  }
});

test("a report of branches that are single operations says where their owner stands", async () => {
  const error = await rejected(
    DeadlockError,
    simulate(function* main() {
      const ready = new Latch({ name: "ready" });
      yield* all([ready.wait(), ready.wait()]);
    }),
  );
  assert.match(
    error.report,
    /task #2 "all\[0\]" \(owned by #1, at main \(.*owners-have-lines\.test\.ts:\d+:\d+\)\) waits for latch\.wait ready/,
  );
});
