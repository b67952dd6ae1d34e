// fromIterable in some thousand orders: each value is received once, in order, whoever gives up.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fromIterable, go, select, sleep, TaskCancelledError, yieldNow } from "offshoot";
import { explored } from "../support/explored.ts";

async function* counting(last: number): AsyncGenerator<number> {
  for (let n = 1; n <= last; n++) {
    if (n % 2 === 0) await null;
    yield n;
  }
}

test("no value is lost or doubled when receivers are cancelled and lose selects", async () => {
  await explored(2_000, (watch) => {
    return function* () {
      const source = watch(fromIterable(counting(8)));
      const got: number[] = [];
      const tasks = [0, 1, 2].map((n) =>
        go(function* () {
          for (let i = 0; i < 4; i++) {
            const first = yield* select([source.next(), yieldNow(), sleep(n)]);
            if (first.key === 0 && !first.value.done) got.push(first.value.value);
            yield* yieldNow();
          }
        }),
      );
      yield* sleep(1);
      tasks[0]?.cancel();
      for (const task of tasks.slice(1)) yield* task;
      for (let next = yield* source.next(); !next.done; next = yield* source.next()) got.push(next.value);
      assert.deepEqual(got, [1, 2, 3, 4, 5, 6, 7, 8]);
    };
  });
});

test("receivers and a cancel: values in order up to the end, and nobody is left waiting", async () => {
  let runs = 0;
  const outcomes = await explored(2_000, (watch) => {
    const steps = runs++ % 5;
    return function* () {
      const source = watch(fromIterable(counting(3)));
      const got: number[] = [];
      const tasks = [0, 1].map(() =>
        go(function* () {
          for (let next = yield* source.next(); !next.done; next = yield* source.next()) got.push(next.value);
        }),
      );
      for (let i = 0; i < steps; i++) yield* sleep(i === 0 ? 0 : 1);
      if (steps < 3) source.cancel();
      for (const task of tasks) {
        try {
          yield* task;
        } catch (error) {
          assert.ok(error instanceof TaskCancelledError);
        }
      }
      got.sort(); // whoever was given one may go on before whoever was given the one before
      assert.deepEqual(got, [1, 2, 3].slice(0, got.length));
      return got.length;
    };
  });
  assert.ok(outcomes.has("0") && outcomes.has("3"), [...outcomes.keys()].join());
});
