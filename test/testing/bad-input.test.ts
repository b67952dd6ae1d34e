// What explore, replay and simulate are given that cannot be: each is misuse, told with what is wrong and what to do about it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { go, MisuseError, type Operation, run, yieldNow } from "offshoot";
import {
  cell,
  choose,
  type ExploreOptions,
  explore,
  explored,
  replay,
  type SimulateOptions,
  simulate,
} from "offshoot/testing";
import { rejected, thrown } from "../support/caught.ts";

const five = (): number => 5;
const own = { name: "bad input", keep: false } as const;

async function misuse(promise: Promise<unknown>, message: RegExp): Promise<void> {
  assert.match((await rejected(MisuseError, promise)).message, message);
}

// Bodies and options.

test("what is no body is misuse of each", async () => {
  for (const wrong of [undefined, null, 5, "body", {}, (function* () {})()]) {
    const body = wrong as never;
    await misuse(explore(body, own), /^explore: .*function/);
    await misuse(simulate(body), /^\w+: .*function/);
    await misuse(replay(body, "v1:r:10000:-"), /^replay: .*function/);
    assert.match(thrown(MisuseError, () => explored(body, own)).message, /^explored: .*function/);
  }
});

const wrongOptions: Record<keyof ExploreOptions, readonly unknown[]> = {
  name: [5, null, {}],
  strategy: ["all", 5, null, "", "DFS"],
  runs: [0, -1, Number.NaN, "5", null],
  timeMs: [-1, Number.NaN, "5", null],
  seed: [Number.NaN, Number.POSITIVE_INFINITY, "5", null],
  bound: [-1, Number.NaN, "2", null],
  recheck: [-1, Number.NaN, "2", null],
  maxSteps: [0, Number.NaN, "5", null],
  time: ["real", true, null],
  leaks: ["warn", true, null],
  check: [5, "check", null, {}],
  races: ["warn", false, null],
  allowExternal: [1, "yes", null],
  keep: [1, "yes", null],
  keepGoing: [1, "yes", null],
};

for (const [option, values] of Object.entries(wrongOptions))
  for (const value of values)
    test(`explore and explored refuse ${option}: ${String(value)}`, async () => {
      const options = { ...own, [option]: value } as ExploreOptions;
      const message = new RegExp(`^explore: (the )?${option} must be .*, got .*\\.$`);
      await misuse(explore(five, options), message);
      await misuse(explored(five, options)(), message);
    });

test("options that are no object are misuse", async () => {
  for (const wrong of [null, 5, "dfs", true]) {
    await misuse(explore(five, wrong as never), /^explore: options must be an object, got /);
    await misuse(simulate(five, wrong as never), /^simulate: options must be an object, got /);
    await misuse(explored(five, wrong as never)(), /^explore: options must be an object, got /);
  }
  await misuse(replay(five, "v1:r:10000:-", null as never), /^replay: options must be an object, got /);
});

const wrongSimulations: readonly [SimulateOptions, RegExp][] = [
  [{ seed: Number.NaN }, /^simulate: the seed must be a finite number, got a number \(NaN\)/],
  [{ seed: "5" as never }, /^simulate: the seed must be a finite number, got a string \(5\)/],
  [{ time: "real" as never, seed: 1 }, /^simulate: time must be "idle" or "racy", got a string \(real\)/],
  [{ allowExternal: 1 as never }, /^simulate: allowExternal must be true or false, got a number \(1\)/],
  [{ audit: "yes" as never }, /^simulate: audit must be true or false, got a string \(yes\)/],
  [{ time: "racy" }, /^simulate: time "racy" needs a seed/],
  [{ check: 5 as never }, /^simulate: check must be a function, got a number \(5\)/],
];

for (const [options, message] of wrongSimulations)
  test(`simulate refuses ${JSON.stringify(options)}`, () => misuse(simulate(five, options), message));

test("the variables of the environment are refused where they are no numbers", async () => {
  for (const name of ["OFFSHOOT_RUNS", "OFFSHOOT_SEED"]) {
    process.env[name] = "many";
    try {
      await misuse(explore(five, own), new RegExp(`^explore: ${name} must be a number, got "many"\\.$`));
    } finally {
      delete process.env[name];
    }
  }
});

test("a cell refuses names that are none, and an update that is no function", () => {
  for (const name of [5, null, {}])
    assert.match(
      thrown(MisuseError, () => cell(0, { name: name as never })).message,
      /^cell: the name must be a string, got /,
    );
  for (const options of [null, 5, "name"])
    assert.match(
      thrown(MisuseError, () => cell(0, options as never)).message,
      /^cell: options must be an object, got /,
    );
  const update = () => cell(0).update(5 as never);
  assert.match(thrown(MisuseError, update).message, /^Cell\.update: expected a function, got a number \(5\)/);
});

test("choose refuses what is no whole number of at least 1, and to be called outside a simulated run", async () => {
  for (const n of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, "2", undefined])
    assert.match(
      thrown(MisuseError, () => choose(n as number)).message,
      /^choose: n must be a whole number of at least 1, got /,
    );
  const outside = /^choose: called outside a simulated run\. Call it in a body given to simulate or explore\.$/;
  assert.match(thrown(MisuseError, () => choose(2)).message, outside);
  await misuse(
    run(() => choose(2)),
    outside,
  );
});

// Tokens.

function* three(): Operation<void> {
  for (let i = 0; i < 3; i++) go(() => yieldNow());
}

/** The token of a run in which the second of two goes first. */
async function tokenOf(): Promise<string> {
  const body = function* (): Operation<string> {
    const shared = cell("");
    const tasks = ["a", "b"].map((name) => go(() => shared.update((old) => old + name)));
    for (const task of tasks) yield* task;
    return shared.peek();
  };
  const { outcomes } = await explore(body, { ...own, strategy: "dfs" });
  const { token } = outcomes.get("'ba'") as { token: string };
  assert.equal(await replay(body, token), "ba");
  return token;
}

test("each half of a token is misuse, or another program's", async () => {
  const token = await tokenOf();
  for (let end = 0; end < token.length; end++)
    await misuse(replay(three, token.slice(0, end)), /^replay: .*(no token|no deviation).* Copy (it|the token) whole/);
  for (const wrong of [undefined, null, 5, {}, `${token}-`, `x${token}`, token.toUpperCase(), `${token}\n`])
    await misuse(replay(three, wrong as never), /^replay: .*(no token|no deviation).* Copy (it|the token) whole/s);
});

test("a token of another version is told with both versions", async () => {
  const token = (await tokenOf()).replace("v1", "v7");
  await misuse(
    replay(three, token),
    /^replay: the token is of version v7, and this is v1\. Explore again for a new one\.$/,
  );
});

test("a token of another program is told with the choice at which that shows", async () => {
  const token = await tokenOf();
  await misuse(
    replay(three, token),
    /^replay: the token does not fit this program: choice \d+ is not the one that was recorded\. .* explore again\.$/,
  );
  await misuse(
    replay(five, token),
    /^replay: the token does not fit this program: it ended before all choices of the token came up\./,
  );
});

test("a token whose limit of steps is too small for the program is told", () =>
  misuse(replay(three, "v1:r:2:-"), /^replay: more than 2 steps: the run was given up/));
