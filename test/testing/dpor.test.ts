// Exploration by traces: how many there are, in how many runs they are found, and what is said of how much that covers.

import assert from "node:assert/strict";
import { test } from "node:test";
import { channel, go, group, Mutex, type Operation, select, yieldNow } from "offshoot";
import { cell, choose, type ExploreOptions, type ExploreResult, explore, replay } from "offshoot/testing";
import { rejected } from "../support/caught.ts";

const by = <R>(
  strategy: "dfs" | "dpor",
  body: () => Operation<R>,
  options: ExploreOptions = {},
): Promise<ExploreResult<R>> =>
  explore(body, {
    name: "by traces",
    keep: false,
    strategy,
    races: "ignore",
    recheck: 0,
    timeMs: 60_000,
    ...options,
  }) as Promise<ExploreResult<R>>;

/** n tasks at once. */
const many = (n: number, body: (i: number) => Operation<unknown>): Operation<void> =>
  group((g) => {
    for (let i = 0; i < n; i++)
      g.go(function* (): Operation<void> {
        yield* body(i);
      });
  });

const programs = {
  *independent(n: number) {
    yield* many(n, function* () {
      const own = cell(0);
      for (let i = 0; i < 3; i++) yield* own.set(i);
    });
  },
  *additions(n: number) {
    const shared = cell(0);
    yield* many(n, () => shared.update((value) => value + 1));
    return shared.peek();
  },
  *increments(n: number) {
    const shared = cell(0);
    yield* many(n, function* () {
      const before = yield* shared.get();
      yield* shared.set(before + 1);
    });
    return shared.peek();
  },
  *readers(n: number) {
    const shared = cell(0);
    const seen: number[] = [];
    yield* many(n + 1, function* (i) {
      if (i === n) yield* shared.set(1);
      else seen[i] = yield* shared.get();
    });
    return seen.join("");
  },
  *philosophers(n: number) {
    const forks = Array.from({ length: n }, () => new Mutex());
    yield* many(n, function* (i) {
      const [left, right] = [forks[i] as Mutex, forks[(i + 1) % n] as Mutex];
      yield* left.lock();
      yield* right.lock();
      right.unlock();
      left.unlock();
    });
  },
} satisfies Record<string, (n: number) => Operation<unknown>>;

const counts: readonly [name: keyof typeof programs, traces: readonly number[], from: number][] = [
  ["independent", [1, 1, 1, 1], 1],
  ["additions", [1, 2, 6, 24, 120], 1],
  ["increments", [1, 4, 36, 576], 1],
  ["readers", [2, 4, 8, 16, 32], 1],
  ["philosophers", [3, 16, 59, 201], 2],
];

for (const [name, known, from] of counts)
  for (const [i, traces] of known.entries())
    test(`${from + i} ${name}: ${traces} traces`, async () => {
      const body = () => programs[name](from + i) as Operation<unknown>;
      const result = await by("dpor", body, { keepGoing: true });
      assert.deepEqual([result.traces, result.covered, result.exhausted], [traces, "every trace", true]);
      assert.ok(result.runs >= traces && result.runs <= 2 * traces, `in ${result.runs} runs`);
    });

for (const [name, n] of [
  ["additions", 5],
  ["increments", 3],
  ["readers", 4],
  ["philosophers", 3],
] as const)
  test(`${n} ${name} have the traces, outcomes and failure by dpor that they have by dfs, in fewer runs or as many`, async () => {
    const body = () => programs[name](n) as Operation<unknown>;
    const [all, few] = [await by("dfs", body, { keepGoing: true }), await by("dpor", body, { keepGoing: true })];
    assert.equal(few.traces, all.traces);
    assert.deepEqual([...few.outcomes.keys()].sort(), [...all.outcomes.keys()].sort());
    assert.equal(few.failure?.kind, all.failure?.kind);
    assert.ok(name === "additions" ? few.runs === all.runs : few.runs < all.runs, `${few.runs} and ${all.runs}`);
  });

test("five philosophers are searched by dpor in hundreds of runs, where dfs has not come to an end in thousands", async () => {
  const body = () => programs.philosophers(5);
  const [few, all] = [
    await by("dpor", body, { keepGoing: true }),
    await by("dfs", body, { keepGoing: true, runs: 3_000 }),
  ];
  assert.ok(few.runs < 300, String(few.runs));
  assert.deepEqual([few.covered, all.covered, few.failure?.kind], ["every trace", "some orders", "deadlock"]);
});

test("covered says of an order, a trace, or none of both, as each strategy can tell", async () => {
  const covered = async (options: ExploreOptions): Promise<string> =>
    (await by("dpor", () => programs.increments(2), options)).covered;
  assert.equal(await covered({ strategy: "dfs" }), "every order");
  assert.equal(await covered({ strategy: "dpor" }), "every trace");
  assert.equal(await covered({ strategy: "dpor", recheck: 100 }), "every trace");
  assert.equal(await covered({ strategy: "portfolio" }), "every order");
  assert.equal(await covered({ strategy: "delay", bound: 1 }), "some orders");
  assert.equal(await covered({ strategy: "delay", bound: 9 }), "every order");
  assert.equal(await covered({ strategy: "preempt", bound: 0 }), "some orders");
  assert.equal(await covered({ strategy: "preempt", bound: 9 }), "every order");
  for (const strategy of ["fifo", "random", "pct", "pos"] as const)
    assert.equal(await covered({ strategy, runs: 50 }), "some orders");
});

test("a search that is cut covers some orders: by runs, by time, by steps, by a failure", async () => {
  for (const strategy of ["dfs", "dpor"] as const) {
    const cut = async (options: ExploreOptions, n = 3): Promise<unknown[]> => {
      const { covered, exhausted } = await by(strategy, () => programs.increments(n), options);
      return [covered, exhausted];
    };
    const some = ["some orders", false];
    assert.deepEqual(await cut({ runs: 5 }), some);
    assert.deepEqual(await cut({ timeMs: 0 }), some);
    assert.deepEqual(await cut({ races: "error" }), some);
    const endless = await by(
      strategy,
      function* () {
        const flag = cell(false);
        go(() => flag.update(() => true));
        if (yield* flag.get()) for (;;) yield* flag.get();
        return "ended";
      },
      { maxSteps: 30 },
    );
    assert.deepEqual([endless.ok, endless.covered, endless.exhausted], [true, ...some]);
    assert.ok(endless.spent > 0);
    assert.deepEqual([...endless.outcomes.keys()], ["'ended'"]);
  }
});

test("as many runs as there are traces are enough for every trace", async () => {
  const { runs } = await by("dpor", () => programs.additions(3));
  assert.equal((await by("dpor", () => programs.additions(3), { runs })).covered, "every trace");
  assert.equal((await by("dpor", () => programs.additions(3), { runs: runs - 1 })).covered, "some orders");
});

test("a deadlock is found by dpor, shrunk, and replayed", async () => {
  const body = () => programs.philosophers(3);
  const { failure, ok } = await by("dpor", body);
  assert.deepEqual([ok, failure?.kind, failure?.blocked.length, failure?.cycle.length], [false, "deadlock", 3, 3]);
  for (let i = 0; i < 20; i++)
    assert.equal((await rejected(Error, replay(body, failure?.token ?? ""))).name, "DeadlockError");
});

test("an error in one of the traces is found by dpor, and replayed", async () => {
  const body = function* (): Operation<void> {
    assert.equal(yield* programs.increments(3), 3, "one was lost");
  };
  const { failure } = await by("dpor", body);
  assert.equal(failure?.kind, "error");
  assert.match(String(await rejected(Error, replay(body, failure.token))), /one was lost/);
});

test("choices within a step are all tried, besides the traces", async () => {
  const body = function* (): Operation<string> {
    const ch = channel<number>(2);
    const other = channel<number>(2);
    yield* ch.send(1);
    yield* other.send(2);
    const added = choose(3);
    const { key } = yield* select({ ch: ch.receive(), other: other.receive() });
    return `${key} ${added}`;
  };
  for (const strategy of ["dfs", "dpor"] as const) {
    const { runs, traces, outcomes } = await by(strategy, body);
    assert.deepEqual([runs, traces, outcomes.size], [6, 6, 6], strategy);
  }
});

test("async bodies are explored by dpor as well, and cover some orders", async () => {
  const result = await by("dpor", function* () {
    const shared = cell("");
    const add = (name: string) => async () => {
      await shared.update((old) => old + name);
      await yieldNow();
      await shared.update((old) => old + name);
    };
    const tasks = [go(add("a")), go(add("b"))];
    for (const task of tasks) yield* task;
    return shared.peek();
  });
  assert.deepEqual([result.ok, result.covered, result.exhausted], [true, "some orders", false]);
  assert.deepEqual([...result.outcomes.keys()].sort(), ["'aabb'", "'abab'", "'abba'", "'baab'", "'baba'", "'bbaa'"]);
});

/** Two see that there is one left, or one of them does. */
function* sale(): Operation<number> {
  let stock = 1;
  yield* many(2, function* () {
    if (stock === 0) return;
    yield* yieldNow();
    stock--;
  });
  return stock;
}

test("what a plain variable makes of other orders is missed by dpor, and found by its random runs after that", async () => {
  const missed = await by("dpor", sale);
  assert.deepEqual([missed.outcomes.size, missed.covered, missed.untracked], [1, "every trace", undefined]);
  const checked = await by("dpor", sale, { recheck: 100 });
  assert.deepEqual([checked.ok, checked.covered, checked.exhausted], [true, "some orders", false]);
  assert.deepEqual([...checked.outcomes.keys()].sort(), ["-1", "0"]);
  const found = [...checked.outcomes.values()].find(({ value }) => !missed.outcomes.has(String(value)));
  assert.equal(checked.untracked, found?.token);
  assert.equal(await replay(sale, checked.untracked ?? ""), found?.value);
});

test("the portfolio ends by traces where there are many orders and few traces", async () => {
  const { ok, covered, traces, runs } = await explore(() => programs.independent(6), { name: "few", keep: false });
  assert.deepEqual([ok, covered, traces], [true, "every trace", 1]);
  assert.ok(runs < 1_000, String(runs));
});
