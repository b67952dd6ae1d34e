// Plans: which strategies an exploration tries, one run after the other. A plan is a generator that is told how each run ended, and returns whether it has covered
// all there is.

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
 * - `"portfolio"`: production's order, then all orders with one departure from it, then some with two, then "random", "pos" and "pct" in turn
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

/** A run that is to be made. */
export interface Planned {
  readonly strategy: Strategy;
  /** How it is called in reports. */
  readonly name: string;
}

export type Plan = Generator<Planned, boolean, Trial>;

/** How far the exploration has come, from 0 to 1. */
export type Progress = () => number;

export function planOf(name: StrategyName, seed: number, bound: number | undefined, progress: Progress): Plan {
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
      return reduced();
    case "portfolio":
      return portfolio(seed, progress);
    default:
      throw new MisuseError(
        `explore: strategy must be "portfolio", "fifo", "random", "pct", "pos", "delay", "preempt", "dfs" or "dpor", got ${JSON.stringify(name)}.`,
      );
  }
}

function* once(): Plan {
  yield { strategy: production, name: "production's order" };
  return false;
}

const tree = (name: string, price: Price, bound: number): Plan => searched(name, new Search(price, bound));

const reduced = (): Plan => searched("dpor", new Dpor());

function* searched(name: string, search: Search | Dpor): Plan {
  do {
    const { kind } = yield { strategy: search, name };
    if (kind === "spent") search.cut = true;
    if (search.differs >= 0)
      throw new MisuseError(
        `explore: the body is not repeatable: choice ${search.differs + 1} of a run had other options than the same choice before. Take chance, time and shared state out of the body; make what it uses inside it.`,
      );
  } while (search.next());
  return !search.cut;
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

/** Production's order, what is near it, all orders if they are few, and then chance. */
function* portfolio(seed: number, progress: Progress): Plan {
  yield* once();
  if (yield* tree("delay 1", delays, 1)) return true;
  if (yield* whileBelow(0.15, progress, tree("dfs", free, Number.POSITIVE_INFINITY))) return true;
  if (yield* whileBelow(0.45, progress, tree("delay 2", delays, 2))) return true;
  return yield* forEver(["random", "pos", "pct", "random", "pos", "pct"], seed);
}

/** A plan, as long as the exploration has not come further than this. */
function* whileBelow(share: number, progress: Progress, plan: Plan): Plan {
  for (let next = plan.next(); progress() < share; next = plan.next(yield next.value)) {
    if (next.done === true) return next.value;
  }
  return false;
}
