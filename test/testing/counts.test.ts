// How many orders there are: exploration by dfs against the numbers that combinatorics gives, for programs whose operations never wait.

import assert from "node:assert/strict";
import { test } from "node:test";
import { go, group, type Operation } from "offshoot";
import { cell, choose, explore } from "offshoot/testing";

/** n tasks that each do k steps nobody else can see. */
const independent = (n: number, k: number) => () =>
  group((g) => {
    for (let i = 0; i < n; i++)
      g.go(function* (): Operation<void> {
        const own = cell(0);
        for (let step = 0; step < k; step++) yield* own.get();
      });
  });

/** n tasks that each read a cell and then write one more. */
const increments = (n: number) =>
  function* (): Operation<number> {
    const shared = cell(0);
    yield* group((g) => {
      for (let i = 0; i < n; i++)
        g.go(function* (): Operation<void> {
          const read = yield* shared.get();
          yield* shared.set(read + 1);
        });
    });
    return shared.peek();
  };

/** n tasks that each add one in one step. */
const additions = (n: number) =>
  function* (): Operation<number> {
    const shared = cell(0);
    yield* group((g) => {
      for (let i = 0; i < n; i++) g.go(() => shared.update((value) => value + 1));
    });
    return shared.peek();
  };

for (const [n, k, orders] of [
  [2, 3, 20],
  [3, 3, 1680],
  [4, 2, 2520],
] as const) {
  test(`${n} independent tasks of ${k} steps have ${orders} orders`, async () => {
    const result = await explore(independent(n, k), { strategy: "dfs" });
    assert.deepEqual([result.ok, result.runs, result.exhausted], [true, orders, true]);
  });
}

for (const [n, bounds] of [
  [2, [2, 6, 14, 18, 20]],
  [3, [6, 42, 192, 552, 1062, 1506, 1680]],
] as const) {
  test(`${n} independent tasks of 3 steps have so many orders with 0, 1, 2 ... preemptions`, async () => {
    for (const [bound, orders] of bounds.entries()) {
      const result = await explore(independent(n, 3), { strategy: "preempt", bound });
      assert.equal(result.runs, orders, `bound ${bound}`);
      assert.equal(result.exhausted, bound === bounds.length - 1);
    }
  });
}

for (const [n, orders, outcomes] of [
  [2, 6, { 1: 4, 2: 2 }],
  [3, 90, { 1: 48, 2: 36, 3: 6 }],
  [4, 2520, { 1: 1152, 2: 1056, 3: 288, 4: 24 }],
] as const) {
  test(`${n} increments that read and write have ${orders} orders, and lose updates in all but some`, async () => {
    const result = await explore(increments(n), { strategy: "dfs", races: "ignore" });
    assert.deepEqual([result.ok, result.runs, result.exhausted], [true, orders, true]);
    const counts = Object.fromEntries([...result.outcomes].map(([value, { count }]) => [value, count]));
    assert.deepEqual(counts, outcomes);
  });
}

test("additions in one step have n! orders and one outcome", async () => {
  let factorial = 1;
  for (let n = 2; n <= 6; n++) {
    factorial *= n;
    const result = await explore(additions(n), { strategy: "dfs" });
    assert.deepEqual([result.runs, result.exhausted], [factorial, true]);
    assert.deepEqual([...result.outcomes.keys()], [String(n)]);
  }
});

test("a program with one task has one order, whatever the strategy", async () => {
  for (const strategy of ["dfs", "delay", "preempt"] as const) {
    const result = await explore(additions(1), { strategy });
    assert.deepEqual([result.runs, result.exhausted], [1, true]);
  }
  const fifo = await explore(additions(3), { strategy: "fifo" });
  assert.deepEqual([fifo.runs, fifo.exhausted], [1, false]);
});

test("choices of the test's own are all tried, together with the orders", async () => {
  const result = await explore(
    function* () {
      const shared = cell(0);
      const amount = choose(3);
      yield* group((g) => {
        for (let i = 0; i < 2; i++) g.go(() => shared.update((value) => value * 2 + amount));
      });
      return shared.peek();
    },
    { strategy: "dfs" },
  );
  assert.deepEqual([result.runs, result.exhausted], [6, true]);
  assert.deepEqual([...result.outcomes.keys()].sort(), ["0", "3", "6"]);
});

test("the portfolio ends when it has seen every order", async () => {
  const result = await explore(function* () {
    const shared = cell("");
    go(() => shared.update(() => "child"));
    yield* shared.update(() => "main");
    yield* group(() => {});
    return "done";
  });
  assert.deepEqual([result.ok, result.exhausted], [true, true]);
});
