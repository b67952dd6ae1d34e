// Tasks that wait for locks in a circle. It is told the moment the circle closes, while other tasks still run: as a warning, because another task may yet
// unlock. What waits in a select is left out, since another case may come; so is what an async body awaits, which may do other things meanwhile.

import { Leaf } from "../core/leaf.ts";
import type { Scheduler } from "../core/scheduler.ts";
import { label, type Tasklet } from "../core/task.ts";
import { unseen } from "../core/tracker.ts";
import { WAITING, type Waiter } from "../core/waiter.ts";
import type { Held, Lock } from "./grant.ts";

/** How many holders of one lock, and how many tasks in all, are looked at. What is larger is left to the report of the deadlock. */
const FAR = 250;

/** The operation of a lock that has holders. */
export abstract class LockLeaf extends Leaf<Lock> {
  /** The first of the grants, linked by `after`, of which each must be given back before this can be. */
  abstract blockers(): Held | null;

  /** To be called when a waiter has been enlisted. O(1). */
  warnOfCycle(waiter: Waiter): void {
    if (waiter.joint !== null) return;
    if (waiter.leaf !== this) waiter.payload = this; // it waits through map()
    const self = waiter.runner as Tasklet<unknown>;
    let closed = false;
    let left = FAR;
    for (let grant: Held | null = this.blockers(); grant !== null && !closed && left-- > 0; grant = grant.after) {
      const { holder } = grant;
      closed = holder !== null && (holder === self || lockOf(holder) !== null);
    }
    if (closed) unseen(() => tell(self, this));
  }
}

/** The lock that a task waits for, if it waits for one alone. */
function lockOf(task: Tasklet<unknown>): LockLeaf | null {
  if (task.state !== WAITING || task.waiter === null) return null;
  const { leaf, payload } = task.waiter;
  if (leaf instanceof LockLeaf) return leaf;
  return payload instanceof LockLeaf ? payload : null;
}

function tell(self: Tasklet<unknown>, leaf: LockLeaf): void {
  const circle = circleOf(self, leaf);
  if (circle === null) return;
  const said = circle
    .map(([task, wanted]) => `${label(task)}${task === self ? "" : ", which"} waits for ${wanted}, held by`)
    .join(" ");
  (self.program.scheduler as Scheduler).host.warn(
    `locks: ${said} ${label(self)}. Only another task could still unlock. Take locks in the same order everywhere, and none twice.`,
  );
}

/** A task that waits, and who waits for it. */
interface Step {
  readonly task: Tasklet<unknown>;
  readonly leaf: LockLeaf;
  readonly from: Step | null;
}

/** The shortest way from a task over the locks that are waited for back to itself, or null. */
function circleOf(self: Tasklet<unknown>, first: LockLeaf): [Tasklet<unknown>, string][] | null {
  const steps: Step[] = [{ task: self, leaf: first, from: null }];
  const seen = new Set([self]);
  for (let i = 0; i < steps.length; i++) {
    const step = steps[i] as Step;
    for (let grant: Held | null = step.leaf.blockers(); grant !== null; grant = grant.after) {
      const { holder } = grant;
      if (holder === self) return wayTo(step);
      if (holder === null || seen.has(holder)) continue;
      if (seen.size > FAR) return null;
      seen.add(holder);
      const leaf = lockOf(holder);
      if (leaf !== null) steps.push({ task: holder, leaf, from: step });
    }
  }
  return null;
}

function wayTo(last: Step): [Tasklet<unknown>, string][] {
  const way: [Tasklet<unknown>, string][] = [];
  for (let step: Step | null = last; step !== null; step = step.from) {
    const { operation, object } = step.leaf.describe();
    way.unshift([step.task, `${operation} "${object}"`]);
  }
  return way;
}
