// The policy of an explored run: asks a strategy, keeps what was chosen and which steps were taken, and stops a run that goes on for ever.
//
// A step is one visible operation that is performed: it completes, or its task waits. There is one choice before each of them: who is next. For a trace a step is
// what lies between two choices, also where there was but one to choose.

import type { Policy, Ready } from "../core/host.ts";
import type { Leaf } from "../core/leaf.ts";
import type { Program } from "../core/program.ts";
import { label, type Tasklet } from "../core/task.ts";
import { unseen } from "../core/tracker.ts";
import type { ChoiceKind } from "../core/waiter.ts";
import { type Choice, checkOf, choiceOf } from "./schedule.ts";
import type { Point, Strategy } from "./strategy.ts";
import type { StepTracker } from "./trace/tracker.ts";

/** One step, as a report shows it. */
export interface Step {
  readonly task: string;
  readonly operation: string;
  readonly object: string;
  /** Production would have gone on otherwise here. */
  readonly deviates: boolean;
}

export interface DriverOptions {
  readonly racy: boolean;
  readonly maxSteps: number;
  /** Keep the steps. */
  readonly records: boolean;
  /** Called before each step and after the last: throws where an invariant does not hold. */
  readonly check: (() => void) | null;
}

/** Why a run is given up: it has taken too many steps, or what would come has been seen. */
export type GivenUp = "spent" | "redundant";

export class Driver implements Policy {
  declare readonly racy: boolean;
  declare readonly choices: Choice[];
  /** The steps, where they are wanted. */
  declare readonly rows: Step[] | null;
  /** Null where nobody wants to know what depends on what. */
  declare readonly tracker: StepTracker | null;
  declare steps: number;
  /** A rolling hash of them. */
  declare hash: number;
  /** What the check threw first. */
  declare broken: { readonly error: unknown } | null;
  declare private readonly strategy: Strategy;
  declare private readonly options: DriverOptions;
  declare private readonly giveUp: (why: GivenUp) => void;
  declare private readonly point: Point;
  declare private deviated: boolean;
  declare private decided: boolean;
  declare private hasBegun: boolean;

  constructor(strategy: Strategy, tracker: StepTracker | null, options: DriverOptions, giveUp: (why: GivenUp) => void) {
    this.racy = options.racy;
    this.choices = [];
    this.rows = options.records ? [] : null;
    this.tracker = tracker;
    this.steps = 0;
    this.hash = 0;
    this.broken = null;
    this.strategy = strategy;
    this.options = options;
    this.giveUp = giveUp;
    this.point = { kind: "task", n: 0, ready: null, index: 0 };
    this.deviated = false;
    this.decided = false;
    this.hasBegun = false;
    if (tracker !== null) strategy.begins?.(tracker, () => this.stop("redundant"));
  }

  choose(kind: ChoiceKind, n: number, ready: Ready | null): number {
    if (kind !== "task" || ready === null) {
      const choice = this.decided ? 0 : this.pick(kind, n, null);
      this.tracker?.chose(choice);
      return choice;
    }
    // Before the first step there is nothing of this run to look at.
    if (this.options.check !== null && this.hasBegun) this.look();
    this.hasBegun = true;
    if (this.decided) return 0;
    this.tracker?.canGoOn(ready, n);
    const choice = this.pick(kind, n, ready);
    if (choice !== ready.timer) this.tracker?.begin(ready.at(choice)); // a timer tells by itself when it goes off
    return choice;
  }

  private pick(kind: ChoiceKind, n: number, ready: Ready | null): number {
    if (n <= 1 && (this.strategy.seesAll !== true || kind !== "task")) return 0;
    const { point } = this;
    point.kind = kind;
    point.n = n;
    point.ready = ready;
    point.index = this.choices.length;
    const choice = this.strategy.pick(point);
    if (n <= 1) return 0;
    this.choices.push(choiceOf(choice, checkOf(ready?.at(0)?.id ?? 0, n)));
    if (choice !== 0) this.deviated = true;
    return choice;
  }

  /** Checks the invariants. What they throw must not reach the task that happens to run. */
  look(): void {
    if (this.broken !== null) return;
    try {
      unseen(() => this.options.check?.());
    } catch (error) {
      this.broken = { error };
    }
  }

  began(task: Tasklet<unknown>, leaf: Leaf<unknown>): void {
    this.steps++;
    this.hash = (Math.imul(this.hash, 31) + task.id) | 0;
    this.strategy.began?.(task, leaf);
    if (this.rows !== null && !(task.program as unknown as Program).isJudged) {
      const { operation, object } = unseen(() => leaf.describe());
      this.rows.push({ task: label(task), operation, object, deviates: this.deviated });
      this.deviated = false;
    }
    if (this.steps === this.options.maxSteps + 1) this.stop("spent");
  }

  /** A timer goes off by a choice. */
  leapt(to: number): void {
    this.rows?.push({ task: "time", operation: "goes on to", object: `${Math.floor(to)} ms`, deviates: true });
    this.deviated = false;
  }

  /** What came of the run is decided: the order of its cleanup is production's, or each deadlock of n tasks would count n! times. */
  judged(): void {
    this.decided = true;
    this.tracker?.end();
  }

  private stop(why: GivenUp): void {
    if (this.decided) return;
    this.judged();
    this.giveUp(why);
  }
}
