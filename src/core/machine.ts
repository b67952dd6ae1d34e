// The registers of this thread: which task runs now, and how much it may still do before it gives up its turn.
//
// `credit` is the one number an operation looks at before it completes at once. It is the rest of the task's budget in plain production, and 0
// whenever something must be looked into first: no task runs, the budget is spent, the scope is cancelled, or a policy wants to be asked. So the fast
// path pays for cancellation and for exploration with a single comparison. While credit is masked, `reserve` keeps the rest of the budget.
//
// Only the scheduler, the leaf protocol and the scopes write these.

import type { Tracker } from "./tracking.ts";
import type { Suspend } from "./types.ts";
import type { Home, Runner } from "./waiter.ts";

/** Operations that may complete without giving up the turn. */
export const BUDGET = 128;

class Machine {
  declare runner: Runner | null;
  declare credit: number;
  /** Milliseconds, as of the last look at the clock: when a task was parked. */
  declare tick: number;
  declare reserve: number;
  /** Where operations belong that are awaited outside any task. Set by the front door. */
  declare ambient: Home | null;
  /** Told of every operation that is made, when a run asked for that. */
  declare made: ((leaf: object) => void) | null;
  /** Told of what steps have to do with each other; null in production. */
  declare tracker: Tracker | null;
  /** Code of users that must not run in the midst of a step, in order; null when there is none. */
  declare errands: (() => void)[] | null;

  constructor() {
    this.runner = null;
    this.credit = 0;
    this.tick = 0;
    this.reserve = 0;
    this.ambient = null;
    this.made = null;
    this.tracker = null;
    this.errands = null;
  }
}

export const machine: Machine = new Machine();

/** Something must be looked into before the next operation: takes the fast path away. */
export function mask(): void {
  if (machine.credit > 0) machine.reserve = machine.credit;
  machine.credit = 0;
}

/** Gives the fast path back. */
export function unmask(): void {
  if (machine.credit === 0) machine.credit = machine.reserve;
  machine.reserve = 0;
}

/**
 * Calls code of users, outside any task, as soon as nothing is half done: at the end of a cancellation, else before the next task has its turn. What a
 * waiter is taken back from may have to be told so, and that must not happen while queues are being changed.
 */
export function afterwards(errand: () => void): void {
  if (machine.errands === null) machine.errands = [errand];
  else machine.errands.push(errand);
}

export function runErrands(): void {
  const { runner, credit, tracker } = machine;
  if (tracker !== null) tracker.leaves();
  machine.runner = null;
  machine.credit = 0;
  while (machine.errands !== null) {
    const { errands } = machine;
    machine.errands = null;
    for (const errand of errands) {
      try {
        errand();
      } catch (error) {
        Promise.reject(error); // nobody can receive it, so it goes to the process
      }
    }
  }
  machine.runner = runner;
  machine.credit = credit;
  if (tracker !== null) tracker.returns();
  if (runner !== null && runner.cancelled !== null) mask(); // one of them may have cancelled the very task that runs
}

/** What a parked operation yields. Its identity tells the scheduler's own suspensions from foreign ones. */
export const SUSPEND: Suspend = Object.freeze({}) as Suspend;
export const PARKED: IteratorYieldResult<Suspend> = Object.freeze({ done: false, value: SUSPEND });

/** Sent into a generator to resume it; the leaf at the bottom knows from its runner why. */
export const RESUME: unknown = Symbol("resume");
/** Sent into a parked generator to learn where it stands; the leaf at the bottom looks at the stack and parks again. */
export const PROBE: unknown = Symbol("probe");
/** What `poll` answers when the operation cannot complete at once. */
export const NOT_READY: unknown = Symbol("not ready");
