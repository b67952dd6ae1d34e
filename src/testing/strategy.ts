// What makes the choices of a run. A strategy is asked at each choice among more than one; whoever makes them one after the other is a plan.

import type { Ready } from "../core/host.ts";
import type { Leaf } from "../core/leaf.ts";
import type { Tasklet } from "../core/task.ts";
import type { ChoiceKind } from "../core/waiter.ts";
import type { Names } from "./trace/strand.ts";
import type { Observer, StepTracker } from "./trace/tracker.ts";

/** A choice to be made. One object for all choices of a run, changed from one to the next. */
export interface Point {
  kind: ChoiceKind;
  n: number;
  /** For kind "task": who can be chosen. */
  ready: Ready | null;
  /** How many choices there were before it in this run. */
  index: number;
}

export interface Strategy {
  /** Is it asked also where there is but one task to choose? */
  readonly seesAll?: boolean;
  /** For names that are the same in all its runs. */
  readonly names?: Names;
  /** What looks on during the next run. */
  observer?(idleTime: boolean): Observer;
  /** A run begins. Calling `abandon` ends it: what would come has been seen. */
  begins?(tracker: StepTracker, abandon: () => void): void;
  /** A whole number below `point.n`; 0 is what production does. */
  pick(point: Point): number;
  /** A visible operation is about to be performed. */
  began?(task: Tasklet<unknown>, leaf: Leaf<unknown>): void;
}

/** Production's order. */
export const production: Strategy = { pick: () => 0 };
