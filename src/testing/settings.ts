// What an exploration is asked for: the options as users give them, checked, with the environment and the defaults.

import { describeValue, MisuseError } from "../base/errors.ts";
import type { Caller } from "./kept.ts";
import { planOf, type StrategyName } from "./plan.ts";
import type { TrialOptions } from "./trial.ts";

export interface ExploreOptions {
  /** Names the kept schedules (the file `__schedules__/<name>.txt` beside the caller) and the default seed. Default: the caller's file and the ordinal of the call in it. */
  readonly name?: string | undefined;
  /** Default: "portfolio". */
  readonly strategy?: StrategyName | undefined;
  /** How many runs at most. Default: 1 000; for the strategies that come to an end by themselves ("dfs", "dpor", "delay", "preempt") no limit. The variable OFFSHOOT_RUNS goes before it. */
  readonly runs?: number | undefined;
  /** How many milliseconds at most, on the real clock. Default: 10 000. */
  readonly timeMs?: number | undefined;
  /** For the strategies that draw. Default: made of the name. The variable OFFSHOOT_SEED goes before it. */
  readonly seed?: number | undefined;
  /** The bound of "delay" (departures from production's order) and "preempt" (tasks stopped that could go on). Default: 2. */
  readonly bound?: number | undefined;
  /** So many random runs after a search by traces ("dpor") that has come to its end. What is new there shows that tasks share what is not tracked. Default: 100. */
  readonly recheck?: number | undefined;
  /** Steps after which a run is given up, which says nothing about it. Default: 10 000. */
  readonly maxSteps?: number | undefined;
  /** May a timer go off while tasks can run ("racy", the default), or only when nothing else can happen ("idle")? */
  readonly time?: "racy" | "idle" | undefined;
  /** Are children that can never go on when the body has returned a failure? Default: "error". */
  readonly leaks?: "error" | "ignore" | undefined;
  /** Called before every step, and at the end: throws when an invariant does not hold, which fails the run. */
  readonly check?: (() => void) | undefined;
  /** Are two accesses to a cell, one of them a change, that nothing orders a failure? Default: "error". */
  readonly races?: "error" | "ignore" | undefined;
  /** May tasks wait for something outside, such as a socket? Then a run may not be repeatable. Otherwise it is misuse, the default. */
  readonly allowExternal?: boolean | undefined;
  /** Keep the schedule of a failure in `__schedules__` beside the caller, and try what is kept there first? Default: true. */
  readonly keep?: boolean | undefined;
  /** Go on after a failure: the first is in `failure`, and the outcomes of runs that succeed are counted on. Default: stop, and shrink it. */
  readonly keepGoing?: boolean | undefined;
}

/** The options, with all that was left open filled in. */
export interface Settings {
  readonly strategy: StrategyName;
  readonly runs: number;
  readonly timeMs: number;
  readonly seed: number;
  readonly bound: number | undefined;
  readonly recheck: number;
  readonly races: boolean;
  readonly keepGoing: boolean;
  readonly keeps: boolean;
  readonly trial: TrialOptions;
}

const STRATEGIES_WITH_AN_END = new Set<StrategyName>(["fifo", "delay", "preempt", "dfs", "dpor"]);

export function settingsOf(options: ExploreOptions, caller: Caller): Settings {
  if (typeof options !== "object" || options === null)
    throw new MisuseError(`explore: options must be an object, got ${describeValue(options)}.`);
  const {
    strategy = "portfolio",
    bound,
    recheck = 100,
    time = "racy",
    leaks = "error",
    races = "error",
    maxSteps = 10_000,
    timeMs = 10_000,
    check,
  } = options;
  const ends = STRATEGIES_WITH_AN_END.has(strategy);
  const { runs: mostRuns = ends ? Number.POSITIVE_INFINITY : 1_000, seed: givenSeed = caller.seed } = options;
  const runs = fromEnvironment("OFFSHOOT_RUNS") ?? mostRuns;
  const seed = fromEnvironment("OFFSHOOT_SEED") ?? givenSeed;
  if (options.name !== undefined && typeof options.name !== "string")
    throw new MisuseError(`explore: the name must be a string, got ${describeValue(options.name)}.`);
  atLeast("runs", runs, 1);
  atLeast("recheck", recheck, 0);
  atLeast("timeMs", timeMs, 0);
  if (!Number.isSafeInteger(maxSteps) || maxSteps < 1)
    throw new MisuseError(`explore: maxSteps must be a whole number of at least 1, got ${describeValue(maxSteps)}.`);
  if (bound !== undefined) atLeast("bound", bound, 0);
  if (!Number.isFinite(seed))
    throw new MisuseError(`explore: the seed must be a finite number, got ${describeValue(seed)}.`);
  if (check !== undefined && typeof check !== "function")
    throw new MisuseError(`explore: check must be a function, got ${describeValue(check)}.`);
  oneOf("time", time, ["racy", "idle"]);
  oneOf("leaks", leaks, ["error", "ignore"]);
  oneOf("races", races, ["error", "ignore"]);
  for (const what of ["allowExternal", "keep", "keepGoing"] as const) trueOrFalse(what, options[what]);
  planOf(strategy, { seed, bound, recheck, progress: () => 0, isNew: () => false });
  return {
    strategy,
    runs,
    timeMs,
    seed,
    bound,
    recheck,
    races: races === "error",
    keepGoing: options.keepGoing === true,
    keeps: options.keep !== false,
    trial: {
      racy: time === "racy",
      maxSteps,
      external: options.allowExternal === true,
      records: false,
      check: check ?? null,
      leaks: leaks === "ignore",
      races: false,
    },
  };
}

function fromEnvironment(name: string): number | undefined {
  const text = process.env[name];
  if (text === undefined || text === "") return undefined;
  const value = Number(text);
  if (!Number.isFinite(value)) throw new MisuseError(`explore: ${name} must be a number, got ${JSON.stringify(text)}.`);
  return value;
}

function atLeast(what: string, value: unknown, least: number): void {
  if (typeof value === "number" && value >= least) return;
  throw new MisuseError(`explore: ${what} must be a number of at least ${least}, got ${describeValue(value)}.`);
}

function trueOrFalse(what: string, value: unknown): void {
  if (value === undefined || typeof value === "boolean") return;
  throw new MisuseError(`explore: ${what} must be true or false, got ${describeValue(value)}.`);
}

function oneOf(what: string, value: unknown, allowed: readonly string[]): void {
  if (allowed.includes(value as string)) return;
  throw new MisuseError(
    `explore: ${what} must be ${allowed.map((name) => `"${name}"`).join(" or ")}, got ${describeValue(value)}.`,
  );
}
