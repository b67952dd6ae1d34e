// An extent inside a task: what `group` and the other composites that own tasks are made of. And the shield.
//
// An extent runs a body in a scope of its own, waits for the children that were started in it, and then throws what failed or returns the body's value.

import { TaskCancelledError } from "../base/errors.ts";
import { checkpoint } from "./basic.ts";
import { asOperation, Composite, iterated, iteratorOf, refuseUnperformed } from "./body.ts";
import { cancelScope, enterScope, leaveScope } from "./cancel.ts";
import { childrenEnd } from "./held.ts";
import { misuse } from "./leaf.ts";
import { combined, dismissDaemons, isCancellationOf, note, said } from "./lifecycle.ts";
import { machine } from "./machine.ts";
import { bodyScope, EXTENT, type GroupState, OBSERVED, type Scope, SHIELD, type Tasklet } from "./task.ts";
import { READ, SELF, touch } from "./tracker.ts";
import type { Operation, Suspend } from "./types.ts";

type Steps<T> = Generator<Suspend, T, unknown>;

function running(from: string): Tasklet<unknown> {
  if (machine.runner === null) throw misuse(`${from}: yield* works only inside a task. Start one with run() or go().`);
  return machine.runner as Tasklet<unknown>;
}

/** Performs `body` in an extent of its own inside the current task. `state` makes it a group. */
export function* extent<T>(name: string, state: GroupState | null, body: (scope: Scope) => unknown): Steps<T> {
  const task = running(name);
  yield* checkpoint;
  const scope = enterScope(task, task.scope ?? bodyScope(task), EXTENT, name, state);
  let value: unknown;
  let cancelled = false;
  let cutShort = false;
  try {
    // 1 the body
    try {
      value = body(scope);
      const iterator = iteratorOf(value, body, name);
      if (iterator !== null) value = yield* iterator as unknown as Operation<unknown>;
      refuseUnperformed(value, name);
    } catch (error) {
      cancelled = isCancellationOf(scope.cancelled, error, true);
      if (!cancelled) {
        note(scope, error);
        cancelScope(scope, error);
      }
    }
    // 2 its children
    const before = scope.cancelled;
    touch(scope, SELF, READ);
    dismissDaemons(scope);
    while (scope.head !== null) yield* childrenEnd(scope); // again, if one was started after the last had ended
    cutShort = before === null && scope.cancelled !== null;
  } finally {
    leaveScope(scope);
  }
  // 3 the outcome
  const failures = [...(scope.failures ?? [])];
  const unseen = (state?.failed ?? []).filter((child) => (child.flags & OBSERVED) === 0).map((child) => child.result);
  if (unseen.length > 0) {
    const all = [...failures, ...unseen];
    throw new AggregateError(
      all,
      `${name}: ${unseen.length} of ${all.length} failures were isolated and never joined: ${said(all)}`,
    );
  }
  if (failures.length > 0) throw combined(failures, name);
  if (cutShort && task.cancelled !== null) throw task.cancelled;
  if (cancelled) {
    if (task.cancelled !== null) throw task.cancelled;
    const reason = scope.cancelled?.reason;
    throw new TaskCancelledError(
      `${name}: the group was cancelled before its body had ended. Catch this where it may be.`,
      reason,
      {
        task: { id: task.id, name: task.name },
        cause: reason,
      },
    );
  }
  return value as T;
}

/**
 * Performs an operation that cancellation does not reach, for cleanup that has to wait. Once it has ended, the next operation throws `Cancelled` if the
 * scope around it has been cancelled. Children started with `go` inside belong to the extent around the shield and are not shielded; those of a group
 * inside it are.
 *
 * @throws {@link MisuseError} if it is given no operation, or a generator that has been used before
 * @example
 * try { yield* work(); } finally { yield* shield(group(async () => { await connection.close(); })); }
 */
export function shield<T>(op: Operation<T>): Operation<T> {
  const operation = asOperation(op, "shield");
  return new Composite("shield", () => shielded<T>(operation));
}

function* shielded<T>(operation: unknown): Steps<T> {
  const task = running("shield");
  const scope = enterScope(task, task.scope ?? bodyScope(task), SHIELD, "shield", null);
  try {
    yield* checkpoint;
    return yield* iterated<T>(operation, "shield");
  } finally {
    leaveScope(scope);
  }
}
