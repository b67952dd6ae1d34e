// Strategies that rank what can be chosen: PCT and POS.
//
// PCT (Burckhardt, Kothari, Musuvathi, Nagarakatte 2010): each task has a random rank, and the highest that can run does; at d - 1 random steps the one that runs
// becomes the lowest. It finds a bug of depth d among n tasks and k steps with a chance of at least 1 in n * k^(d - 1).
//
// POS (Yuan, Yang, Gu 2018), the basic form: each pending operation has a random rank, drawn anew when its task has performed one. It spreads the runs over partial
// orders rather than over interleavings.
//
// Both could be held up by a task that waits by looking again and again. So a task that gives up its turn becomes the lowest, every other time as chance will have
// it: always would hide what happens when it goes on first. And after four times as many steps as were expected the walk is random.

import { Random } from "../../base/random.ts";
import { yieldNow } from "../../core/basic.ts";
import type { Leaf } from "../../core/leaf.ts";
import type { Tasklet } from "../../core/task.ts";
import type { Point, Strategy } from "../strategy.ts";

/** Stands for the timers, which go off like a task that is chosen. */
const TIMERS = 0;

abstract class Ranked implements Strategy {
  declare protected readonly random: Random;
  /** By the id of the task. */
  declare protected readonly ranks: Map<number, number>;
  declare protected steps: number;
  declare private readonly fairAfter: number;

  constructor(seed: number, expected: number) {
    this.random = new Random(seed);
    this.ranks = new Map();
    this.steps = 0;
    this.fairAfter = 4 * expected;
  }

  pick({ n, ready }: Point): number {
    if (ready === null || this.steps > this.fairAfter) return this.random.below(n);
    let best = 0;
    let highest = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < n; i++) {
      const rank = this.rankOf(ready.at(i)?.id ?? TIMERS);
      if (rank <= highest) continue;
      best = i;
      highest = rank;
    }
    return best;
  }

  began(task: Tasklet<unknown>, leaf: Leaf<unknown>): void {
    this.steps++;
    if (leaf === yieldNow() && this.random.below(2) === 0) this.ranks.set(task.id, -this.steps);
    else this.performs(task);
  }

  /** A task is about to perform an operation. */
  protected abstract performs(task: Tasklet<unknown>): void;

  private rankOf(id: number): number {
    let rank = this.ranks.get(id);
    if (rank === undefined) {
      rank = 1 + this.random.below(2 ** 30);
      this.ranks.set(id, rank);
    }
    return rank;
  }
}

export class Pct extends Ranked {
  declare private readonly changes: Set<number>;

  /** `expected` is the number of steps of a run, as of the one before. */
  constructor(seed: number, depth: number, expected: number) {
    super(seed, expected);
    this.changes = new Set();
    for (let i = 1; i < depth; i++) this.changes.add(1 + this.random.below(Math.max(expected, 1)));
  }

  protected performs(task: Tasklet<unknown>): void {
    if (this.changes.has(this.steps)) this.ranks.set(task.id, -this.steps);
  }
}

export class Pos extends Ranked {
  protected performs(task: Tasklet<unknown>): void {
    this.ranks.delete(task.id);
    this.ranks.delete(TIMERS);
  }
}
