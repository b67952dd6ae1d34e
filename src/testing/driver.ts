// The policy of an explored run: asks a strategy, keeps what was chosen and which steps were taken, and stops a run that goes on for ever.
//
// A step is one visible operation that is performed: it completes, or its task waits. There is one choice before each of them: who is next.

import type { Policy, Ready } from "../core/host.ts";
import type { Leaf } from "../core/leaf.ts";
import type { Program } from "../core/program.ts";
import { label, type Tasklet } from "../core/task.ts";
import type { ChoiceKind } from "../core/waiter.ts";
import { type Choice, checkOf } from "./schedule.ts";
import type { Point, Strategy } from "./strategy.ts";

/** One step, as a report shows it. */
export interface Step {
  readonly task: string;
  readonly operation: string;
  readonly object: string;
  /** Production would have gone on otherwise here. */
  readonly deviates: boolean;
}

export class Driver implements Policy {
  declare readonly racy: boolean;
  declare readonly choices: Choice[];
  /** The steps, where they are wanted. */
  declare readonly rows: Step[] | null;
  declare steps: number;
  /** A rolling hash of the steps: the same for two runs that are the same. */
  declare hash: number;
  declare private readonly strategy: Strategy;
  declare private readonly maxSteps: number;
  declare private readonly spend: () => void;
  /** Called before each step and after the last: throws where an invariant does not hold. */
  declare private readonly check: (() => void) | null;
  /** What it threw first. */
  declare broken: { readonly error: unknown } | null;
  declare private readonly point: Point;
  declare private deviated: boolean;
  declare private decided: boolean;

  /** `spend` is called when there have been more than `maxSteps` steps. */
  constructor(
    strategy: Strategy,
    racy: boolean,
    maxSteps: number,
    records: boolean,
    check: (() => void) | null,
    spend: () => void,
  ) {
    this.racy = racy;
    this.choices = [];
    this.rows = records ? [] : null;
    this.steps = 0;
    this.hash = 0;
    this.strategy = strategy;
    this.maxSteps = maxSteps;
    this.spend = spend;
    this.check = check;
    this.broken = null;
    this.point = { kind: "task", n: 0, ready: null, index: 0 };
    this.deviated = false;
    this.decided = false;
  }

  choose(kind: ChoiceKind, n: number, ready: Ready | null): number {
    if (this.check !== null && kind === "task") this.look();
    if (n <= 1 || this.decided || this.steps > this.maxSteps) return 0;
    const { point } = this;
    point.kind = kind;
    point.n = n;
    point.ready = ready;
    point.index = this.choices.length;
    const choice = this.strategy.pick(point);
    this.choices.push({ n, choice, check: checkOf(ready?.at(0)?.id ?? 0, n) });
    if (choice !== 0) this.deviated = true;
    return choice;
  }

  /** Checks the invariants. What they throw must not reach the task that happens to run. */
  look(): void {
    if (this.broken !== null) return;
    try {
      this.check?.();
    } catch (error) {
      this.broken = { error };
    }
  }

  began(task: Tasklet<unknown>, leaf: Leaf<unknown>): void {
    this.steps++;
    this.hash = (Math.imul(this.hash, 31) + task.id) | 0;
    this.strategy.began?.(task, leaf);
    if (this.rows !== null && !(task.program as unknown as Program).isJudged) {
      const { operation, object } = leaf.describe();
      this.rows.push({ task: label(task), operation, object, deviates: this.deviated });
      this.deviated = false;
    }
    if (this.steps === this.maxSteps + 1) this.spend();
  }

  /** A timer goes off by a choice. */
  leapt(to: number): void {
    this.rows?.push({ task: "time", operation: "goes on to", object: `${Math.floor(to)} ms`, deviates: true });
    this.deviated = false;
  }
  /** What came of the run is decided: the order of its cleanup is production's, or each deadlock of n tasks would count n! times. */
  judged(): void {
    this.decided = true;
  }
}
