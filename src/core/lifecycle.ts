// The life of a task: spawn, start, end, and what its end means to its owner.
//
// A task ends after its body and all its children have ended. What it ends with: an error of its body or of a child, however caught (several: an
// AggregateError in order of time, each error once); else cancelled, if its body threw the cancellation, or if that came while the task waited for its
// children; else the value, also if the body returned although it was cancelled. Ending runs no code of users.
//
// A failed child cancels its siblings and the body of its owner. In a group that isolates failures it only waits to be joined.

import { Cancelled, ClosedError, oneLine } from "../base/errors.ts";
import { iteratorOf, refuseUnperformed } from "./body.ts";
import { cancelScope, leaveScope } from "./cancel.ts";
import { type Watcher, wakeJoiners } from "./joiners.ts";
import { machine } from "./machine.ts";
import { keepStack, restoreStack } from "./origin.ts";
import {
  ABSOLVED,
  type AnyBody,
  ASYNC,
  BODY,
  bodyScope,
  COUNTED,
  DAEMON,
  HELD,
  INHERITED,
  label,
  localsOf,
  OBSERVED,
  type Program,
  QUEUED,
  type Scope,
  SETTLES,
  SHIELDED,
  Tasklet,
} from "./task.ts";
import { ADD, LIFE, READ, SELF, TAKE, touch, WAIT, WRITE } from "./tracker.ts";
import { CANCELLED, FAILED, READY, RUNNING, SUCCEEDED, VALUE, WAITING, wake } from "./waiter.ts";

/** What the program does for this file. */
export interface Keeper extends Program {
  nextId(): number;
  spawned(task: Tasklet<unknown>, owner: Scope | null): void;
  ended(task: Tasklet<unknown>): void;
  /** A failure is about to reach its owner: the last moment to find out where both stand. */
  failed(task: Tasklet<unknown>, owner: Scope): void;
}

/** Makes a task and puts it in line: at the tail of the run queue, or where its group has a place for it. */
export function spawn(
  program: Keeper,
  owner: Scope | null,
  body: AnyBody,
  args: readonly unknown[] | null,
  flags: number,
): Tasklet<unknown> {
  const task = new Tasklet<unknown>(program, program.nextId(), body, args, flags);
  if (owner !== null) {
    owner.push(task);
    task.owner = owner;
    if ((flags & DAEMON) === 0) owner.others++;
    else owner.daemons++;
    const spawner = machine.runner as Tasklet<unknown> | null;
    if (machine.tracker !== null && (owner.group !== null || spawner !== owner.task)) {
      touch(owner.task, LIFE, READ);
      touch(owner, SELF, isLimited(owner) ? WRITE : ADD);
    }
    if (owner.cancelled !== null || owner.dismissed || (spawner !== null && spawner.scope !== owner))
      adopt(task, owner, spawner);
  }
  program.spawned(task, owner);
  if (owner === null || owner.group === null || hasPlace(owner, task)) program.scheduler.ready(task);
  return task;
}

/** Do its children have to do with each other, beyond that all of them have to end? */
function isLimited({ group, daemons }: Scope): boolean {
  return daemons > 0 || (group !== null && group.limit !== Number.POSITIVE_INFINITY);
}

/** What few children need: their owner has been cancelled, or has dismissed its daemons, or they are started further in or from elsewhere. */
function adopt(task: Tasklet<unknown>, owner: Scope, spawner: Tasklet<unknown> | null): void {
  if (owner.cancelled !== null && (task.flags & SHIELDED) === 0) task.flags |= INHERITED;
  if (owner.dismissed && (task.flags & DAEMON) !== 0) cancelScope(bodyScope(task), DISMISSED);
  // A child sees the values that the one who starts it sees, which may lie further in than its owner.
  const locals = spawner === null ? owner.locals : localsOf(spawner);
  if (locals !== owner.locals) bodyScope(task).locals = locals;
}

/** Takes a place in the group, or a place in its queue. Daemons, awaited operations and tasks that will not run need none. */
function hasPlace(owner: Scope, task: Tasklet<unknown>): boolean {
  const { group } = owner;
  if (group === null || (task.flags & (DAEMON | INHERITED | SETTLES)) !== 0) return true;
  if (group.running < group.limit) {
    group.running++;
    task.flags |= COUNTED;
    return true;
  }
  task.flags |= QUEUED;
  group.queued.push(task);
  return false;
}

/** A child has ended: its place goes to the first in the queue that still wants one. */
function passPlace(owner: Scope): void {
  const { group } = owner;
  if (group === null) return;
  group.running--;
  while (group.queued.size > 0) {
    const task = group.queued.shift();
    if ((task.flags & QUEUED) === 0) continue; // cancelled meanwhile
    touch(task, WAIT, WRITE);
    task.flags = (task.flags & ~QUEUED) | COUNTED;
    group.running++;
    task.program.scheduler.ready(task);
    return;
  }
}

/** Calls the body. Answers the iterator to drive, or null when the task has come to its end by that. */
export function begin(task: Tasklet<unknown>): Iterator<unknown, unknown, unknown> | null {
  const { body, cancelled } = task;
  const args = task.result as readonly unknown[] | null;
  task.result = undefined;
  if (cancelled !== null) {
    end(task, CANCELLED, cancelled.reason);
    return null;
  }
  let returned: unknown;
  try {
    returned = args === null ? (body as () => unknown)() : body.apply(undefined, args as never);
    task.generator = iteratorOf(returned, body);
  } catch (error) {
    bodyEnded(task, FAILED, error);
    return null;
  }
  if (task.generator === null) bodyEnded(task, SUCCEEDED, returned);
  return task.generator;
}

/** The body has returned (SUCCEEDED) or thrown (FAILED). The task ends when its children have. */
export function bodyEnded(task: Tasklet<unknown>, how: number, result: unknown): void {
  let kind = how;
  let value = result;
  task.generator = null;
  tidy(task);
  if (kind === SUCCEEDED && typeof value === "object" && value !== null) {
    try {
      refuseUnperformed(value, label(task));
    } catch (error) {
      kind = FAILED;
      value = error;
    }
  }
  if (kind === FAILED && isCancellation(task, value)) {
    kind = CANCELLED;
    value = task.cancelled === null ? value : task.cancelled.reason;
  }
  const { scope } = task;
  if (scope === null) {
    end(task, kind, value);
    return;
  }
  if (kind === FAILED) note(scope, value);
  if (kind !== SUCCEEDED) cancelScope(scope, value);
  if (scope.head === null) {
    end(task, kind, value);
    return;
  }
  if (kind === SUCCEEDED && scope.cancelled !== null) task.flags |= ABSOLVED;
  scope.joining = true;
  task.state = WAITING;
  task.flags |= HELD;
  task.wake = kind;
  task.result = value;
  task.since = machine.tick;
  if (scope.others === 0) cancelDaemons(scope);
}

/** A body that iterated operations by hand may have left them: takes back what it waits for, and leaves the scopes it is in. */
function tidy(task: Tasklet<unknown>): void {
  if (task.state === WAITING && task.waiter !== null) task.waiter.leaf?.delist(task.waiter);
  else if (task.state === READY) task.program.scheduler.unready(task);
  task.state = RUNNING;
  task.flags &= ~HELD;
  while (task.scope !== null && task.scope.outer !== null) leaveScope(task.scope);
}

/**
 * Is this error the cancellation, on its way out? In an async body also the reason, or the AbortError that a call made of it. A producer whose
 * consumer has left is not at fault either.
 */
export function isCancellation(task: Tasklet<unknown>, error: unknown): boolean {
  if (error instanceof ClosedError && error.by === "receiver") return true;
  return isCancellationOf(task.cancelled, error, (task.flags & ASYNC) !== 0);
}

export function isCancellationOf(cancelled: Cancelled | null, error: unknown, async: boolean): boolean {
  if (cancelled === null) return false;
  if (error === cancelled || error instanceof Cancelled) return true;
  return async && (error === cancelled.reason || isAbortError(error));
}

function isAbortError(error: unknown): boolean {
  try {
    return error instanceof Error && error.name === "AbortError";
  } catch {
    return false; // a proxy that has been revoked
  }
}

/** Keeps an error of the body or a child, once. */
export function note(scope: Scope, error: unknown): void {
  if (scope.head !== null || scope.hasSignal) keepStack(error);
  if (scope.failures === null) scope.failures = [error];
  else if (!scope.failures.includes(error)) scope.failures.push(error);
}

/** What a scope throws for its failures: the one, or all of them. */
export function combined(failures: readonly unknown[], who: string): unknown {
  for (const failure of failures) restoreStack(failure);
  if (failures.length === 1) return failures[0];
  return new AggregateError(failures, `${who}: ${failures.length} failures: ${said(failures)}`);
}

/** What the failures say, the first of them. */
export function said(failures: readonly unknown[]): string {
  const most = 8;
  const shown = failures.slice(0, most).map(oneLine).join("; ");
  return failures.length > most ? `${shown}; ...` : shown;
}

/** Ends a task, and its owners as far as they have only been waiting for it. A loop, so that a long chain of owners costs no stack. */
function end(first: Tasklet<unknown>, how: number, result: unknown): void {
  let task = first;
  let kind = how;
  let value = result;
  for (;;) {
    // 1 the outcome
    const { scope, owner } = task;
    if (machine.tracker !== null) {
      const mode = owner === null || !isLimited(owner) ? TAKE : WRITE;
      machine.tracker.ended(task, scope, owner, mode);
    }
    if (scope !== null) {
      if (scope.failures !== null) {
        kind = FAILED;
        value = combined(scope.failures, label(task));
      } else if (kind === SUCCEEDED && scope.joining && scope.cancelled !== null && (task.flags & ABSOLVED) === 0) {
        kind = CANCELLED; // while it waited for its children, whose work was cut short
        value = scope.cancelled.reason;
      }
    }
    task.state = kind;
    task.result = value;
    task.generator = null;
    task.waiter = null;
    task.leaf = null;
    task.otherLeaf = null;
    task.flags &= ~HELD;
    // 2 whoever waits for it
    const watchers = task.joiners === null ? null : wakeJoiners(task);
    (task.program as Keeper).ended(task);
    if (scope !== null && !scope.hasSignal) task.scope = null;
    if (owner === null) {
      if (watchers !== null) tell(watchers, task);
      return;
    }
    // 3 the owner
    owner.remove(task);
    task.owner = null;
    if ((task.flags & DAEMON) === 0) owner.others--;
    else owner.daemons--;
    if ((task.flags & COUNTED) !== 0) passPlace(owner);
    if (kind === FAILED && (task.flags & SETTLES) === 0) childFailed(owner, task);
    if (watchers !== null) tell(watchers, task);
    if (!owner.joining) return;
    if (owner.head !== null) {
      if (owner.others === 0) cancelDaemons(owner);
      return;
    }
    if (owner.kind !== BODY) {
      owner.joining = false;
      if (machine.tracker !== null) machine.tracker.follows(owner.task, owner);
      wake(owner.task, VALUE, undefined);
      return;
    }
    // 4 the owner's body ended earlier, so now the owner ends too
    task = owner.task;
    kind = task.wake;
    value = task.result;
  }
}

function tell(watchers: readonly Watcher[], task: Tasklet<unknown>): void {
  for (const watcher of watchers) watcher.ended(task);
}

function childFailed(owner: Scope, task: Tasklet<unknown>): void {
  const { group } = owner;
  touch(owner, SELF, WRITE); // failures are kept in order
  (task.program as Keeper).failed(task, owner);
  if (group?.isolate === true) {
    if ((task.flags & OBSERVED) === 0) group.failed.push(task);
    return;
  }
  note(owner, task.result);
  cancelScope(owner, task.result);
}

/** Only daemons are left: they have nobody to serve any more, and neither has any that is started from now on. */
function cancelDaemons(scope: Scope): void {
  if (scope.dismissed) return;
  scope.dismissed = true;
  for (let child = scope.head; child !== null; child = child.after) {
    if ((child.flags & DAEMON) !== 0) cancelScope(bodyScope(child), DISMISSED);
  }
}

const DISMISSED = "all others of its group have ended";

/** Called when the body of a group has ended and only daemons may be left. */
export function dismissDaemons(scope: Scope): void {
  if (scope.head !== null && scope.others === 0) cancelDaemons(scope);
}
