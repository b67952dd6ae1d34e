// A body that several tasks wait for, and none of them owns: what Once and SingleFlight are made of.
//
// The body runs as a task that belongs to the run. Its failure goes to those who wait for it, and to nobody else; the cancellation of one of them leaves it
// alone. If its whole run is cancelled, it has not been done: those of other runs start it anew.

import { type Watcher, watch } from "../core/joiners.ts";
import { Leaf, misuse } from "../core/leaf.ts";
import { type Keeper, spawn } from "../core/lifecycle.ts";
import { NOT_READY } from "../core/machine.ts";
import { runningTask } from "../core/run.ts";
import { type AnyBody, bodyScope, label, OBSERVED, SETTLES, SHIELDED, type Tasklet } from "../core/task.ts";
import { READ, SELF, touch } from "../core/tracker.ts";
import type { Operation, Suspend } from "../core/types.ts";
import { CANCELLED, type Description, SUCCEEDED, type Waiter } from "../core/waiter.ts";

/** The tasks made here. They settle no promise, and what they lock they hold themselves. */
const tasks = new WeakSet<Tasklet<unknown>>();

export function isIsolated(task: Tasklet<unknown>): boolean {
  return tasks.has(task);
}

export class Isolated<T> implements Watcher {
  declare readonly task: Tasklet<T>;
  /** It was cut short because its whole run was, so that it does not count. */
  declare cutShort: boolean;

  /** Starts a body as a task of the run of the current task, which must be at liberty to start something. */
  constructor(body: AnyBody, from: string) {
    const { program } = runningTask(from);
    const root = program.root;
    if (root === null) throw misuse(`${from}: yield* works only inside a task. Start one with run() or go().`);
    const scope = bodyScope(root);
    // Whoever asks in a run that has been cancelled does so for cleanup, inside a shield.
    const flags = scope.cancelled === null ? SETTLES : SETTLES | SHIELDED;
    this.task = spawn(program as Keeper, scope, body, null, flags) as Tasklet<T>;
    this.cutShort = false;
    tasks.add(this.task as Tasklet<unknown>);
    watch(this.task as Tasklet<unknown>, this);
  }

  ended(task: Tasklet<unknown>): void {
    const { root } = task.program;
    if (task.state !== CANCELLED || (task.flags & SHIELDED) !== 0 || root === null) return; // what is shielded can only have cancelled itself
    this.cutShort = bodyScope(root).cancelled !== null;
  }
}

/** Waits for the end of an isolated task, and answers its value or throws what it threw. */
export function* shared<T>(task: Tasklet<T>, operation: string): Generator<Suspend, T, unknown> {
  return yield* new Shared(task, operation) as Operation<T>;
}

class Shared<T> extends Leaf<T> {
  declare private readonly task: Tasklet<T>;
  declare private readonly operation: string;

  constructor(task: Tasklet<T>, operation: string) {
    super();
    this.task = task;
    this.operation = operation;
  }

  ready(): boolean {
    return this.task.ready();
  }

  poll(): unknown {
    touch(this.task, SELF, READ);
    return this.task.state >= SUCCEEDED ? undefined : NOT_READY;
  }

  enlist(waiter: Waiter): void {
    this.task.enlist(waiter);
  }

  delist(waiter: Waiter): void {
    this.task.delist(waiter);
  }

  override fails(): boolean {
    return this.task.fails();
  }

  override finish(): T {
    this.task.flags |= OBSERVED;
    return this.task.finish();
  }

  describe(): Description {
    const who = label(this.task);
    return { operation: this.operation, object: this.task.name, heldBy: [who] };
  }
}
