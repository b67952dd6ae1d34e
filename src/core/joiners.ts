// Who waits for the end of a task: joiners, who are told how it ended; those who only wait for the end; and watchers, who are told in that very step.
//
// Invariant
//   the joiners of a task that has ended are none

import { Leaf } from "./leaf.ts";
import { NOT_READY } from "./machine.ts";
import { OBSERVED, type Tasklet } from "./task.ts";
import { READ, SELF, touch } from "./tracker.ts";
import { complete, type Description, type Home, SUCCEEDED, Waiter } from "./waiter.ts";

/** Marks the waiter of somebody who waits for the end of a task and does not look at how it ended. */
export const UNSEEN: unknown = Symbol("unseen");

/** Told in the very step in which a task ends. Code of this package: code of users runs in its turn. */
export interface Watcher {
  ended(task: Tasklet<unknown>): void;
}

/** The index of a waiter that is a watch: telling it by its class would cost every join. */
const WATCH = -1;

class Watch extends Waiter {
  declare readonly watcher: Watcher;

  constructor(task: Tasklet<unknown>, watcher: Watcher) {
    super(task, null, WATCH);
    this.watcher = watcher;
  }
}

/** Has a task that has not ended tell a watcher when it does. */
export function watch(task: Tasklet<unknown>, watcher: Watcher): void {
  task.enlist(new Watch(task, watcher));
}

/** Tells the joiners of a task that it has ended, in order. Answers the watchers among them, who are told when the owner knows. */
export function wakeJoiners(task: Tasklet<unknown>): Watcher[] | null {
  const { joiners } = task;
  if (joiners === null) return null;
  let watchers: Watcher[] | null = null;
  for (let waiter = joiners.shift(); waiter !== null; waiter = joiners.shift()) {
    if (waiter.index === WATCH) {
      watchers ??= [];
      watchers.push((waiter as Watch).watcher);
      continue;
    }
    if (waiter.payload !== UNSEEN) task.flags |= OBSERVED;
    complete(waiter, undefined);
  }
  task.joiners = null;
  return watchers;
}

/** The end of a task, whatever it was: a failure is left to the owner. */
export class TaskEnd extends Leaf<void> {
  declare private readonly task: Tasklet<unknown>;

  constructor(task: Tasklet<unknown>) {
    super();
    this.task = task;
  }

  ready(): boolean {
    touch(this.task, SELF, READ);
    return this.task.state >= SUCCEEDED;
  }

  poll(): unknown {
    return this.ready() ? undefined : NOT_READY;
  }

  enlist(waiter: Waiter): void {
    this.task.enlist(waiter);
    waiter.payload = UNSEEN;
  }

  delist(waiter: Waiter): void {
    this.task.delist(waiter);
  }

  describe(): Description {
    return this.task.describe();
  }

  protected override home(): Home {
    return this.task.program;
  }
}
