// What makes the choices of a run. A strategy is asked at each choice among more than one; whoever makes them one after the other is a plan.

import type { Ready } from "../core/host.ts";
import type { Leaf } from "../core/leaf.ts";
import type { Tasklet } from "../core/task.ts";
import type { ChoiceKind } from "../core/waiter.ts";

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
  /** A whole number below `point.n`; 0 is what production does. */
  pick(point: Point): number;
  /** A visible operation is about to be performed. */
  began?(task: Tasklet<unknown>, leaf: Leaf<unknown>): void;
}

/** Production's order. */
export const production: Strategy = { pick: () => 0 };
