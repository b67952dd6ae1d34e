// A table of known bugs, and what is asserted of each: it is found, also by the strategies that draw; its token ends the same way each time;
// and its fixed twin is silent.

import assert from "node:assert/strict";
import { test } from "node:test";
import { named, type Operation } from "offshoot";
import { type ExploreResult, explore, type Failure, replay, type Strategy } from "offshoot/testing";

export interface KnownBug {
  /** A sentence that says what is wrong. */
  readonly name: string;
  readonly kind: Failure["kind"];
  /** The tasks that can never go on, each as "name operation object"; of one that has not been let start, the name. */
  readonly blocked?: readonly string[];
  /** What the error says, where it is one. */
  readonly says?: RegExp;
  /** The program with its bug, or with nothing changed but its fix. */
  readonly program: (fixed: boolean) => Operation<unknown>;
}

const FOUND_WITHIN = 2_000;
const SILENT_FOR = 10_000;
const REPLAYS = 5;
const OTHERS: readonly Strategy[] = ["delay", "random", "pct", "pos"];

const waits = (failure: Pick<Failure, "blocked">): string[] =>
  failure.blocked.map(({ name, operation, object }) => `${name} ${operation} ${object}`.trim()).sort();

const bodyOf = (bug: KnownBug, fixed: boolean): (() => Operation<unknown>) => named("main", () => bug.program(fixed));

/** Registers the tests of a family of bugs. */
export function knownBugs(bugs: readonly KnownBug[]): void {
  for (const bug of bugs) {
    test(`${bug.name}: found, and found again by its token`, async (context) => {
      const buggy = bodyOf(bug, false);
      const { failure, runs } = await explore(buggy, {
        keep: false,
        races: "ignore",
        runs: FOUND_WITHIN,
        timeMs: 60_000,
      });
      assert.ok(failure !== undefined, "found nothing");
      context.diagnostic(`found in run ${runs}, token ${failure.token}`);
      assert.deepEqual({ kind: failure.kind, blocked: waits(failure) }, { kind: bug.kind, blocked: blockedIn(bug) });
      assert.match(String(failure.error), bug.says ?? /^/);
      for (let i = 0; i < REPLAYS; i++) await assert.rejects(replay(buggy, failure.token), sameAs(failure));
    });

    test(`${bug.name}: found by chance, too`, async () => {
      for (const strategy of ["random", "pct", "pos"] as const) {
        const { ok } = await explore(bodyOf(bug, false), {
          keep: false,
          strategy,
          races: "ignore",
          runs: FOUND_WITHIN,
          timeMs: 60_000,
        });
        assert.equal(ok, false, `${strategy} found nothing`);
      }
    });

    test(`${bug.name}: silent when fixed`, async (context) => {
      const fixed = bodyOf(bug, true);
      const every = await silent(fixed, "dfs", SILENT_FOR / 4);
      // Where that has been every order, the others are there to find fault with it.
      let left = every.exhausted ? SILENT_FOR / 10 : SILENT_FOR - every.runs;
      for (const [i, strategy] of OTHERS.entries())
        left -= (await silent(fixed, strategy, Math.ceil(left / (OTHERS.length - i)))).runs;
      if (every.exhausted) context.diagnostic(`all ${every.runs} orders`);
    });
  }
}

async function silent(
  body: () => Operation<unknown>,
  strategy: Strategy,
  runs: number,
): Promise<ExploreResult<unknown>> {
  const result = await explore(body, { keep: false, strategy, races: "ignore", runs, timeMs: 60_000 });
  assert.equal(result.failure?.report, undefined);
  const ended = [...result.outcomes.values()].reduce((sum, { count }) => sum + count, 0);
  assert.equal(ended, result.runs, "a run was given up");
  return result;
}

const blockedIn = ({ blocked = [] }: KnownBug): string[] => [...blocked].sort();

/** The message of a verdict lists the tasks and where they stand; other errors say what is wrong. */
const sameAs =
  ({ error }: Failure) =>
  (again: unknown): boolean => {
    assert.equal(String(again), String(error));
    return true;
  };
