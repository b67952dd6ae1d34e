// The two waits that cancellation does not cut short: for the promise of an async body, and for the children of a scope.
//
// Both end by themselves once the cancellation has done its work: it aborts the signal the body was given, and it reaches each child. They are not
// leaves: nobody can select them or await them.

import { misuse, probed } from "./leaf.ts";
import { machine, PARKED, PROBE } from "./machine.ts";
import { ASYNC, HELD, label, type Scope, type Tasklet } from "./task.ts";
import type { Operation, Suspend } from "./types.ts";
import { type Awaited, type Description, ERROR, RUNNING, VALUE, WAITING, Waiter, wake } from "./waiter.ts";

type Step = IteratorResult<Suspend, unknown>;

abstract class HeldWait implements Awaited {
  abstract begin(task: Tasklet<unknown>): void;
  abstract describe(): Description;

  [Symbol.iterator](): this {
    return this;
  }

  next(input?: unknown): Step {
    if (input === PROBE) return probed();
    const task = machine.runner as Tasklet<unknown>;
    if (input === undefined) {
      if (task.state !== RUNNING) throw this.iterated(task);
      task.waiter ??= new Waiter(task, null, 0);
      task.waiter.leaf = this;
      task.flags |= HELD;
      task.state = WAITING;
      task.since = machine.tick;
      machine.credit = 0;
      this.begin(task);
      return PARKED;
    }
    task.flags &= ~HELD;
    const { result } = task;
    task.result = undefined;
    if (task.wake === ERROR) throw result;
    return { done: true, value: result };
  }

  throw(error: unknown): Step {
    throw error;
  }

  return(value?: unknown): Step {
    const task = machine.runner as Tasklet<unknown> | null;
    if (task !== null && task.state === WAITING && task.waiter?.leaf === this) throw this.iterated(task);
    return { done: true, value };
  }

  delist(): void {}

  /** Somebody iterates the operation by hand: the task is parked here although it still runs. */
  private iterated(task: Tasklet<unknown>): Error {
    task.flags &= ~HELD;
    task.state = RUNNING;
    machine.reserve = 1;
    return misuse(`${this.describe().operation}: an operation was iterated. Write yield* before it, once.`);
  }
}

class PromiseWait extends HeldWait {
  declare private readonly promise: PromiseLike<unknown>;

  constructor(promise: PromiseLike<unknown>) {
    super();
    this.promise = promise;
  }

  begin(task: Tasklet<unknown>): void {
    task.flags |= ASYNC;
    task.program.scheduler.promised = true;
    Promise.resolve(this.promise).then(
      (value) => wake(task, VALUE, value),
      (error) => wake(task, ERROR, error),
    );
  }

  describe(): Description {
    return { operation: "the promise of", object: "its async body", heldBy: [], outside: true };
  }
}

class ChildrenWait extends HeldWait {
  declare private readonly scope: Scope;

  constructor(scope: Scope) {
    super();
    this.scope = scope;
  }

  begin(): void {
    this.scope.joining = true;
  }

  describe(): Description {
    return childrenOf(this.scope);
  }
}

/** What a scope waits for that has only its children left. */
export function childrenOf(scope: Scope): Description {
  const heldBy: string[] = [];
  for (let child = scope.head; child !== null && heldBy.length < 8; child = child.after) heldBy.push(label(child));
  return { operation: "children", object: `${scope.others + scope.daemons} of ${scope.name}`, heldBy };
}

/** The iterator that waits for the promise of an async body. */
export function promised(promise: PromiseLike<unknown>): Iterator<Suspend, unknown, unknown> {
  return new PromiseWait(promise);
}

/** The operation that waits until no child of the scope is left. There must be one. */
export function childrenEnd(scope: Scope): Operation<unknown> {
  return new ChildrenWait(scope);
}
