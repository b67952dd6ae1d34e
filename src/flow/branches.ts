// The branches of a composite: tasks that each perform one operation, in the extent of the composite.

import { ClosedError, describeValue } from "../base/errors.ts";
import { Ring } from "../base/ring.ts";
import { asOperation, Composite } from "../core/body.ts";
import { cancelScope } from "../core/cancel.ts";
import { type Watcher, watch } from "../core/joiners.ts";
import { Leaf, misuse } from "../core/leaf.ts";
import { type Keeper, note, spawn } from "../core/lifecycle.ts";
import { type AnyBody, type GroupState, OBSERVED, type Scope, type Tasklet } from "../core/task.ts";
import { CANCELLED, FAILED } from "../core/waiter.ts";

/** Starts a branch: a task that performs an operation which `asOperation` has answered. */
export function branch(scope: Scope, name: string, operation: unknown, watcher: Watcher): Tasklet<unknown> {
  const task = spawn(scope.task.program as Keeper, scope, bodyNamed(name), [operation], 0);
  watch(task, watcher);
  return task;
}

/** The bodies of branches by their names, which are what their tasks are called. Making a function with a name costs more than a task. */
const bodies = new Map<string, AnyBody>();
const MOST_NAMES = 4_096;

/** A body that performs the operation it is given, as in `all[3]` or `all.user`. */
function bodyNamed(name: string): AnyBody {
  let body = bodies.get(name);
  if (body === undefined) {
    body = Object.defineProperty((op: unknown): unknown => op, "name", { value: name });
    if (bodies.size < MOST_NAMES) bodies.set(name, body);
  }
  return body;
}

/** Fails a composite of whose branches each must succeed, when one of them has cancelled itself. */
export class AllMustSucceed implements Watcher {
  declare private readonly scope: Scope;

  constructor(scope: Scope) {
    this.scope = scope;
  }

  ended(task: Tasklet<unknown>): void {
    if (task.state !== CANCELLED || this.scope.cancelled !== null) return;
    const error = failureOf(task);
    note(this.scope, error);
    cancelScope(this.scope, error);
  }
}

/** The state of an extent whose branches do not fail each other. */
export function isolating(): GroupState {
  return { limit: Number.POSITIVE_INFINITY, isolate: true, running: 0, queued: new Ring(), failed: [] };
}

/** What a branch that has not succeeded came to: a task whose consumer has left ends cancelled, but it is not the task that was cancelled. */
export function failureOf(task: Tasklet<unknown>): unknown {
  const { result } = task;
  return task.state === FAILED || (result instanceof ClosedError && result.by === "receiver")
    ? result
    : task.cancellationError();
}

/** How the branches end is told to the caller, but for what their cleanup throws when the composite has been cancelled: that is thrown. */
export function toldTo(scope: Scope, task: Tasklet<unknown>): void {
  task.flags |= OBSERVED;
  if (task.state === FAILED && scope.cancelled !== null) note(scope, task.result);
}

/** The operations of an iterable, checked. */
export function operationsIn(ops: Iterable<unknown>, from: string): unknown[] {
  const iterable = typeof ops === "object" && ops !== null && Symbol.iterator in ops;
  if (!iterable || ops instanceof Leaf || ops instanceof Composite)
    throw misuse(`${from}: expected an array of operations, got ${describeValue(ops)}.`);
  return [...ops].map((op) => asOperation(op as never, from));
}
