// map started a worker for every item although one of them did all the work, where calls end at once and the concurrency is large.

import assert from "node:assert/strict";
import { test } from "node:test";
import { currentTask, go, map, type Operation, sleep } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";

/** How many tasks an operation makes. */
function* tasksOf(op: Operation<unknown>): Operation<number> {
  const before = yield* go(() => currentTask().id);
  yield* op;
  return (yield* go(() => currentTask().id)) - before - 1;
}

test("calls that end at once take few workers, calls that wait take one each", async () => {
  await simulate(function* () {
    const items = Array.from({ length: 10_000 }, (_, i) => i);
    const many = { concurrency: Number.POSITIVE_INFINITY };
    const few = yield* tasksOf(map(items, (i) => i, many));
    assert.ok(few < 100, `${few} workers`);
    const each = yield* tasksOf(map(items, () => sleep(1), many));
    assert.ok(each >= 10_000 && each <= 10_001, `${each} workers`);
  });
});
