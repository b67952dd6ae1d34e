// Races on shared state: what is one, how it is told, and that it is found without an order in which it does harm.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { channel, go, Mutex, named, type Operation, sleep, yieldNow } from "offshoot";
import {
  type Cell,
  cell,
  type ExploreOptions,
  type ExploreResult,
  explore,
  type Failure,
  replay,
} from "offshoot/testing";
import { rejected } from "../support/caught.ts";

const look = <R>(body: () => Operation<R>, options: ExploreOptions = {}): Promise<ExploreResult<R>> =>
  explore(body, { name: "races", keep: false, timeMs: 60_000, ...options }) as Promise<ExploreResult<R>>;

async function raceIn(body: () => Operation<unknown>, options: ExploreOptions = {}): Promise<Failure> {
  const { failure, ok } = await look(body, options);
  assert.ok(failure !== undefined, "found nothing");
  assert.deepEqual([ok, failure.kind], [false, "race"], failure.report);
  return failure;
}

type Access = (shared: Cell<number>) => Operation<unknown>;

const get: Access = (shared) => shared.get();
const set: Access = (shared) => shared.set(1);
const update: Access = (shared) => shared.update((n) => n + 1);
const compareAndSet: Access = (shared) => shared.compareAndSet(0, 1);
const accesses = { get, set, update, compareAndSet };

/** Two tasks that have nothing in common but the cell. */
const both = (one: Access, other: Access) =>
  function* (): Operation<number> {
    const shared = cell(0, { name: "shared" });
    go(named("ann", one), shared);
    yield* go(named("bob", other), shared);
    yield* yieldNow();
    return shared.peek();
  };

const RACES = ["get set", "set get", "set set"];

for (const [a, one] of Object.entries(accesses))
  for (const [b, other] of Object.entries(accesses)) {
    const isRace = RACES.includes(`${a} ${b}`);
    test(`${a} and ${b} of two tasks are ${isRace ? "a race" : "no race"}`, async () => {
      for (const strategy of ["fifo", "dfs", "dpor"] as const) {
        const { ok, failure } = await look(both(one, other), { strategy });
        assert.equal(ok, !isRace, strategy);
        assert.equal(failure?.kind, isRace ? "race" : undefined);
      }
    });
  }

for (const strategy of ["portfolio", "fifo", "random", "pct", "pos", "delay", "preempt", "dfs", "dpor"] as const)
  test(`a race is found by ${strategy} in its first run`, async () => {
    const { runs } = await look(both(get, set), { strategy });
    assert.equal(runs, 1);
    const { token } = await raceIn(both(set, set), { strategy });
    assert.equal(token, "v1:r:10000:-", "no order is needed in which it does harm");
  });

/** Each reads, and writes one more. */
function* counting(): Operation<number> {
  const count = cell(0, { name: "visits" });
  function* add(): Operation<void> {
    const before = yield* count.get();
    yield* count.set(before + 1);
  }
  const ann = go(named("ann", add));
  yield* go(named("bob", add));
  yield* ann;
  return count.peek();
}

test("the report has both accesses with their lines and names, where their tasks were started, and what is missing", async () => {
  const { report, error, steps, blocked, cycle } = await raceIn(counting);
  assert.match(
    report,
    /^race: cell "visits": task #2 "ann" sets it and task #3 "bob" gets it, and nothing says who comes first\n/,
  );
  for (const [who, does, line] of [
    ['task #2 "ann"', "sets", "yield\\* count.set"],
    ['task #3 "bob"', "gets", "yield\\* count.get"],
  ]) {
    const found = new RegExp(
      `\\n  ${who} ${does} it\\n      at add \\(.*races\\.test\\.ts:(\\d+):\\d+\\)\\n      spawned at .*races\\.test\\.ts:(\\d+):\\d+\\)?\\n`,
    ).exec(report);
    assert.ok(found !== null, report);
    assert.match(lineOf(found[1]), new RegExp(line as string));
    assert.match(lineOf(found[2]), /go\(named\("(ann|bob)", add\)\)/);
  }
  assert.match(report, /\n {2}missing: something that puts the one before the other\./);
  assert.match(report, /update\(\) or compareAndSet\(\), which are atomic\./);
  assert.match(report, /\nfound in run 1 \(production's order\); production's order\nreplay\(body, "v1:r:10000:-"\)$/);
  assert.deepEqual([(error as Error).name, blocked.length, cycle.length], ["RaceError", 0, 0]);
  assert.deepEqual(
    steps.filter(({ object }) => object === "visits").map(({ task, operation }) => `${task} ${operation}`),
    ['task #2 "ann" cell.get', 'task #2 "ann" cell.set', 'task #3 "bob" cell.get', 'task #3 "bob" cell.set'],
  );
});

test("the token replays to the same race each time", async () => {
  const { token, error } = await raceIn(counting, { strategy: "random" });
  for (let i = 0; i < 100; i++) {
    const again = await rejected(Error, replay(counting, token));
    assert.deepEqual([again.name, again.message], ["RaceError", (error as Error).message]);
  }
});

test("where races are ignored, there are outcomes, whose tokens replay to them", async () => {
  const { ok, covered, outcomes } = await look(counting, { races: "ignore", strategy: "dfs" });
  assert.deepEqual([ok, covered], [true, "every order"]);
  assert.deepEqual([...outcomes.values()].map(({ value }) => value).sort(), [1, 2]);
  for (const { value, token } of outcomes.values()) assert.equal(await replay(counting, token), value);
});

test("going on after a race counts no outcome of the runs that have one", async () => {
  const { ok, covered, failure, outcomes } = await look(
    function* () {
      const shared = cell(0);
      const task = go(() => shared.set(1));
      if ((yield* shared.compareAndSet(0, 2)) === false) yield* task;
      else yield* shared.set(3);
      return "ended";
    },
    { strategy: "dfs", keepGoing: true },
  );
  assert.deepEqual([ok, covered, failure?.kind], [false, "every order", "race"]);
  assert.deepEqual([...outcomes.keys()], ["'ended'"]);
});

test("a deadlock, an error and misuse in the same run go before a race", async () => {
  const ends: Record<string, () => Operation<unknown>> = {
    deadlock: () => channel<number>().receive(),
    misuse: function* () {
      new Mutex().unlock();
    },
    error: function* () {
      yield* sleep(1);
      throw new RangeError("boom");
    },
  };
  for (const [kind, end] of Object.entries(ends)) {
    const body = function* (): Operation<void> {
      yield* counting();
      yield* end();
    };
    const { failure } = await look(body, { strategy: "fifo" });
    assert.equal(failure?.kind, kind);
  }
});

test("a leak in the same run goes before a race", async () => {
  const body = function* (): Operation<void> {
    yield* counting();
    go(() => channel<number>().receive());
  };
  assert.equal((await look(body, { strategy: "fifo" })).failure?.kind, "leak");
});

test("shrinking keeps the race, and takes out what it does not need", async () => {
  const body = function* (): Operation<void> {
    const wanted = cell(0, { name: "wanted" });
    for (let i = 0; i < 4; i++) go(() => yieldNow());
    if ((yield* wanted.update((n) => n)) === 0) go(() => wanted.set(1));
    const fixed = go(() => yieldNow());
    yield* fixed;
    const racy = cell(0, { name: "rare" });
    const order: string[] = [];
    const note = (name: string) =>
      function* (): Operation<void> {
        yield* yieldNow();
        order.push(name);
      };
    const tasks = [go(note("a")), go(note("b"))];
    for (const task of tasks) yield* task;
    if (order.join("") !== "ba") return;
    go(() => racy.set(1));
    yield* racy.get();
  };
  const { token, report } = await raceIn(body, { strategy: "random" });
  assert.match(report, /cell "rare"/);
  assert.match(report, /shrunk from \d+ deviations? in \d+ runs; 1 deviation from production's order/);
  assert.match((await rejected(Error, replay(body, token))).message, /cell "rare"/);
});

const source = readFileSync(new URL(import.meta.url), "utf8").split("\n");
const lineOf = (number: string | undefined): string => source[Number(number) - 1] ?? "";
