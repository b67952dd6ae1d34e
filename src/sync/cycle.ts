// Tasks that wait for locks in a circle. It is told the moment the circle closes, while other tasks still run: as a warning, because another task may yet
// unlock. What waits in a select is left out, since another case may come.

import { Leaf } from "../core/leaf.ts";
import type { Scheduler } from "../core/scheduler.ts";
import { label, type Tasklet } from "../core/task.ts";
import { WAITING, type Waiter } from "../core/waiter.ts";
import { type Grant, holderOf, type Lock } from "./grant.ts";

/** The operation of a lock that has holders. */
export abstract class LockLeaf extends Leaf<Lock> {
  /** The first of the grants, linked by `after`, of which each must be given back before this can be. */
  abstract blockers(): Grant | null;

  /** To be called when a waiter has been enlisted. O(1) unless a holder waits for a lock itself; then O(locks and holders on the way). */
  warnOfCycle(waiter: Waiter): void {
    if (waiter.joint !== null) return;
    const self = holderOf(waiter.runner);
    let closed = false;
    for (let grant = this.blockers(); grant !== null && !closed; grant = grant.after) {
      const { holder } = grant;
      closed = holder !== null && (holder === self || lockOf(holder) !== null);
    }
    if (closed && self !== null) tell(self, this, waiter);
  }
}

/** The lock that a task waits for, if it waits for one alone. */
function lockOf(task: Tasklet<unknown>): LockLeaf | null {
  if (task.state !== WAITING || task.waiter === null) return null;
  const { leaf } = task.waiter;
  return leaf instanceof LockLeaf ? leaf : null;
}

function tell(self: Tasklet<unknown>, leaf: LockLeaf, waiter: Waiter): void {
  const circle = follow(self, leaf, self, new Set([self]));
  if (circle === null) return;
  const said = circle
    .map(([task, wanted]) => `${label(task)}${task === self ? "" : ", which"} waits for ${wanted}, held by`)
    .join(" ");
  (waiter.runner.program.scheduler as Scheduler).host.warn(
    `locks: ${said} ${label(self)}. Only another task could still unlock. Take locks in the same order everywhere, and none twice.`,
  );
}

/** The way from a task over the locks that are waited for back to `goal`, or null. */
function follow(
  task: Tasklet<unknown>,
  leaf: LockLeaf,
  goal: Tasklet<unknown>,
  seen: Set<Tasklet<unknown>>,
): [Tasklet<unknown>, string][] | null {
  const { operation, object } = leaf.describe();
  const step: [Tasklet<unknown>, string] = [task, `${operation} "${object}"`];
  for (let grant = leaf.blockers(); grant !== null; grant = grant.after) {
    const { holder } = grant;
    if (holder === goal) return [step];
    if (holder === null || seen.has(holder)) continue;
    seen.add(holder);
    const next = lockOf(holder);
    const rest = next === null ? null : follow(holder, next, goal, seen);
    if (rest !== null) return [step, ...rest];
  }
  return null;
}
