// Plans: which strategies an exploration tries, one run after the other. A plan is a generator that is told how each run ended, and returns what it has covered.

import { MisuseError } from "../base/errors.ts";
import { Dpor } from "./policies/dpor.ts";
import { Pct, Pos } from "./policies/priority.ts";
import { RandomWalk } from "./policies/random.ts";
import { delays, free, type Price, preemptions, Search } from "./policies/search.ts";
import { production, type Strategy } from "./strategy.ts";
import type { Trial } from "./trial.ts";

/**
 * How an exploration chooses its orders.
 *
 * - `"portfolio"`: production's order, then all orders with one departure from it; if they are few all orders, or one of each trace; then some orders with two
 *   departures, and "random", "pos" and "pct" in turn
 * - `"fifo"`: production's order, one run
 * - `"random"`: any order, each choice by lot
 * - `"pct"`: tasks have random priorities, which change once or twice in a run: for bugs that need one task to be far behind
 * - `"pos"`: pending operations have random priorities, drawn anew each time
 * - `"delay"`: all orders with at most `bound` departures from production's
 * - `"preempt"`: all orders in which a task that could go on is stopped at most `bound` times
 * - `"dfs"`: all orders
 * - `"dpor"`: of all orders that differ only in steps that have nothing to do with each other, one
 */
export type StrategyName = "portfolio" | "fifo" | "random" | "pct" | "pos" | "delay" | "preempt" | "dfs" | "dpor";

/**
 * What an exploration has covered.
 *
 * - `"every order"`: nothing else can happen
 * - `"every trace"`: of orders that differ only in steps that have nothing to do with each other, one was run, and the others do the same; as far as tasks share
 *   nothing but what the package knows of: channels, locks, cells, tasks, time. A plain variable that several tasks use is not seen.
 * - `"some orders"`: what was run
 */
export type Covered = "every order" | "every trace" | "some orders";

/** A run that is to be made. */
export interface Planned {
  readonly strategy: Strategy;
  /** How it is called in reports. */
  readonly name: string;
  /** All traces have been run, as far as is known: nothing new is expected. */
  readonly rechecks?: boolean;
}

export type Plan = Generator<Planned, Covered, Trial>;

/** What a plan goes by. */
export interface Aims {
  readonly seed: number;
  readonly bound: number | undefined;
  /** Random runs after a search by traces. */
  readonly recheck: number;
  /** How far the exploration has come, from 0 to 1. */
  progress(): number;
  /** Was the trace of a run, or its outcome, first seen in that run? */
  isNew(trial: Trial): boolean;
}

export function planOf(name: StrategyName, aims: Aims): Plan {
  const { seed, bound } = aims;
  switch (name) {
    case "fifo":
      return once();
    case "random":
    case "pct":
    case "pos":
      return forEver([name], seed);
    case "delay":
      return tree(`delay ${bound ?? 2}`, delays, bound ?? 2);
    case "preempt":
      return tree(`preempt ${bound ?? 2}`, preemptions, bound ?? 2);
    case "dfs":
      return tree("dfs", free, Number.POSITIVE_INFINITY);
    case "dpor":
      return reduced(aims);
    case "portfolio":
      return portfolio(aims);
    default:
      throw new MisuseError(
        `explore: strategy must be "portfolio", "fifo", "random", "pct", "pos", "delay", "preempt", "dfs" or "dpor", got ${JSON.stringify(name)}.`,
      );
  }
}

function* once(): Plan {
  yield { strategy: production, name: "production's order" };
  return "some orders";
}

const tree = (name: string, price: Price, bound: number): Plan =>
  searched(name, new Search(price, bound), "every order");

function* searched(name: string, search: Search | Dpor, covered: Covered): Plan {
  do {
    const { kind } = yield { strategy: search, name };
    if (kind === "spent") search.cut = true;
    if (search.differs >= 0)
      throw new MisuseError(
        `explore: the body is not repeatable: choice ${search.differs + 1} of a run had other options than the same choice before. Take chance, time and shared state out of the body; make what it uses inside it.`,
      );
  } while (search.next());
  return search.cut ? "some orders" : covered;
}

/** One order of each trace. Then some at random: a trace or an outcome that is new there shows that tasks share what is not tracked. */
function* reduced({ seed, recheck, isNew }: Aims): Plan {
  const covered = yield* searched("dpor", new Dpor(), "every trace");
  if (covered !== "every trace") return covered;
  for (let i = 0; i < recheck; i++) {
    const trial = yield { strategy: new RandomWalk(seed + i * 0x9e3779b1), name: "random, after dpor", rechecks: true };
    if (isNew(trial)) return "some orders";
  }
  return covered;
}

/** Random strategies in turn. */
function* forEver(names: readonly string[], seed: number): Plan {
  let expected = 100;
  for (let i = 0; ; i++) {
    const name = names[i % names.length] as string;
    const { steps } = yield { strategy: randomOf(name, seed + i * 0x9e3779b1, expected, i), name };
    if (steps > 0) expected = steps;
  }
}

function randomOf(name: string, seed: number, expected: number, i: number): Strategy {
  if (name === "pos") return new Pos(seed, expected);
  if (name === "pct") return new Pct(seed, 2 + (i % 2), expected);
  return new RandomWalk(seed);
}

/** Production's order, what is near it, all there is if that is little, and then chance. */
function* portfolio(aims: Aims): Plan {
  const { seed, progress } = aims;
  yield* once();
  const near = yield* tree("delay 1", delays, 1);
  if (near === "every order") return near;
  const all = yield* whileBelow(0.15, progress, tree("dfs", free, Number.POSITIVE_INFINITY));
  if (all === "every order") return all;
  const traces = yield* whileBelow(0.4, progress, reduced(aims));
  if (traces === "every trace") return traces;
  yield* whileBelow(0.6, progress, tree("delay 2", delays, 2));
  return yield* forEver(["random", "pos", "pct", "random", "pos", "pct"], seed);
}

/** A plan, as long as the exploration has not come further than this. */
function* whileBelow(share: number, progress: () => number, plan: Plan): Plan {
  for (let next = plan.next(); progress() < share; next = plan.next(yield next.value)) {
    if (next.done === true) return next.value;
  }
  return "some orders";
}
