// The leaves that wait for nothing of the world: yieldNow, never, always.

import { Leaf, requeue } from "./leaf.ts";
import { machine, NOT_READY, RESUME } from "./machine.ts";
import type { Selectable } from "./types.ts";
import { type Description, RETRY, RUNNING, VALUE, type Waiter } from "./waiter.ts";

class Never extends Leaf<never> {
  ready(): boolean {
    return false;
  }

  poll(): unknown {
    return NOT_READY;
  }

  enlist(_waiter: Waiter): void {}

  delist(_waiter: Waiter): void {}

  describe(): Description {
    return { operation: "never", object: "nothing", heldBy: [] };
  }
}

class Always<T> extends Leaf<T> {
  declare private readonly value: T;

  constructor(value: T) {
    super();
    this.value = value;
  }

  ready(): boolean {
    return true;
  }

  poll(): unknown {
    return this.value;
  }

  enlist(_waiter: Waiter): void {}

  delist(_waiter: Waiter): void {}

  describe(): Description {
    return { operation: "always", object: "a value", heldBy: [] };
  }
}

class YieldNow extends Always<void> {
  override next(input?: unknown): ReturnType<Leaf<void>["next"]> {
    const { runner } = machine;
    if (runner === null || runner.state !== RUNNING || runner.cancelled !== null) return super.next(input);
    // Passed over for another task it has not given up its turn yet: that turn is the one it gets now.
    if (input !== undefined && (input !== RESUME || runner.wake !== RETRY)) return super.next(input);
    const { scheduler } = runner.program;
    if (scheduler.masks && !scheduler.goesOn(this)) return requeue(this, RETRY); // seam
    if (runner.cancelled !== null) return super.next(input); // by a timer that went off meanwhile
    return requeue(this, VALUE);
  }

  override describe(): Description {
    return { operation: "yieldNow", object: "its turn", heldBy: [] };
  }
}

/**
 * Never completes: Go's nil channel in a `select`, for a case that is switched off. Costs nothing while it waits, and keeps neither the process alive nor a
 * verdict away: a run in which only this is waited for ends with a `DeadlockError`.
 *
 * **Cancellation.** As every operation: throws `Cancelled`.
 */
export const never: Selectable<never> = new Never();

/**
 * Completes at once with a value: a case that is always ready. In a `select` it is chosen among the ready ones like any other. O(1).
 *
 * **Cancellation.** Throws `Cancelled` in a cancelled scope, ready or not.
 */
export function always<T>(value: T): Selectable<T> {
  return new Always(value);
}

class Checkpoint extends Always<void> {
  override next(input?: unknown): ReturnType<Leaf<void>["next"]> {
    const { runner } = machine;
    // No step of its own for a policy: nobody can see it.
    if (
      input !== undefined ||
      runner === null ||
      runner.state !== RUNNING ||
      runner.cancelled !== null ||
      machine.reserve <= 0
    )
      return super.next(input);
    machine.reserve--;
    return DONE;
  }
}

const DONE: IteratorReturnResult<void> = Object.freeze({ done: true, value: undefined });

/**
 * What a composite begins with, so that it is an operation like any other even if it never waits: it costs a part of the budget, and throws while the scope
 * is cancelled.
 */
export const checkpoint: Selectable<void> = new Checkpoint(undefined);

const turn: YieldNow = new YieldNow(undefined);

/**
 * Gives up the turn: the task goes to the tail of the run queue, behind all that are ready now. O(1). Awaited or in a `select` it is always ready.
 *
 * **Cancellation.** Throws `Cancelled` at the call while the scope is cancelled; a cancellation during the wait is seen by the next operation.
 */
export function yieldNow(): Selectable<void> {
  return turn;
}
