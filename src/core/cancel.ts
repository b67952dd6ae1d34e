// Cancellation: level-triggered, from a scope down to everything it owns.
//
// Cancelling a scope marks it and every scope below it, but not what lies inside a shield, with one Cancelled object. From then on each operation
// started there throws it. Tasks that wait there are taken out of their queues and woken to throw it; a task that has already been woken with a value
// keeps the value and throws at its next operation. Signals below are aborted before the call returns. The first reason wins.

import { Cancelled } from "../base/errors.ts";
import { afterwards, machine, mask, runErrands, unmask } from "./machine.ts";
import { COUNTED, DAEMON, type GroupState, HELD, INHERITED, QUEUED, Scope, SHIELD, type Tasklet } from "./task.ts";
import { ENDED, LIFE, READ, SELF, touch, WAIT, WRITE } from "./tracker.ts";
import { CANCEL, RUNNING, WAITING, type Waiter, wake } from "./waiter.ts";

/** Cancels a scope with all that is below it. O(size of what is below); a work list instead of recursion, so that depth costs no stack. */
export function cancelScope(scope: Scope, reason: unknown): void {
  touch(scope.task, LIFE, scope.cancelled === null ? WRITE : READ);
  if (scope.cancelled !== null) return;
  const cancelled = Cancelled.of(reason);
  const reached: Scope[] = [scope];
  const signals: Scope[] = [];
  for (let i = 0; i < reached.length; i++) {
    const next = reached[i] as Scope;
    if (next.cancelled !== null) continue; // by a reason of its own, and all below it
    next.cancelled = cancelled;
    touch(next.task, LIFE, WRITE);
    touch(next, ENDED, READ);
    if (next.hasSignal) signals.push(next);
    // 1 the task itself, if this is where it is now; else the scope inside this one
    if (next.inner === null) interrupt(next.task);
    else if (next.inner.kind !== SHIELD) reached.push(next.inner);
    // 2 the children, in the order they were started
    for (let child = next.head; child !== null; child = child.after) {
      if (child.scope === null) {
        child.flags |= INHERITED;
        touch(child, LIFE, WRITE);
        interrupt(child);
      } else {
        reached.push(outermost(child.scope));
      }
    }
  }
  for (const signal of signals) afterwards(() => signal.abort(cancelled));
  if (machine.errands !== null) runErrands();
}

function outermost(scope: Scope): Scope {
  let outer = scope;
  while (outer.outer !== null) outer = outer.outer;
  return outer;
}

/** A task learns that the scope it is in has been cancelled. */
function interrupt(task: Tasklet<unknown>): void {
  if ((task.flags & HELD) === 0) touch(task, WAIT, WRITE);
  if (task.state === RUNNING) {
    mask();
  } else if (task.state === WAITING) {
    if ((task.flags & HELD) !== 0) return;
    const waiter = task.waiter as Waiter;
    waiter.leaf?.delist(waiter);
    waiter.payload = undefined;
    wake(task, CANCEL, undefined);
  } else if ((task.flags & QUEUED) !== 0) {
    if (task.owner !== null) touch(task.owner, SELF, WRITE);
    task.flags &= ~QUEUED; // its turn in the group is given up: it only has to end
    task.program.scheduler.ready(task);
  }
}

/** Enters a scope inside the one the task is in: a group, a shield, a value of a TaskLocal. The caller leaves it in a `finally`. */
export function enterScope(
  task: Tasklet<unknown>,
  outer: Scope,
  kind: number,
  name: string,
  group: GroupState | null,
): Scope {
  const scope = new Scope(task, kind, name, group);
  scope.outer = outer;
  outer.inner = scope;
  task.scope = scope;
  scope.locals = outer.locals;
  if (kind !== SHIELD) scope.cancelled = outer.cancelled;
  else if (outer.cancelled !== null) lookAgain(task);
  return scope;
}

/** Leaves the innermost scope. All its children have ended, unless the operation was iterated by hand: then the scope around takes them over. */
export function leaveScope(scope: Scope): void {
  const outer = scope.outer as Scope;
  scope.joining = false;
  for (let child = scope.shift(); child !== null; child = scope.shift()) {
    outer.push(child);
    child.owner = outer;
    if ((child.flags & DAEMON) === 0) outer.others++;
    else outer.daemons++;
    child.flags &= ~COUNTED;
  }
  outer.inner = null;
  scope.task.scope = outer;
  lookAgain(scope.task);
}

/** The running task has changed its scope: is the fast path still allowed? */
function lookAgain(task: Tasklet<unknown>): void {
  if (task !== machine.runner) return;
  if (task.cancelled !== null || task.program.scheduler.masks) mask();
  else unmask();
}
