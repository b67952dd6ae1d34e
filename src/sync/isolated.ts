// A body that several tasks wait for, and none of them owns: what Once and SingleFlight are made of.
//
// The body runs as a task that belongs to the run. Its failure goes to those who wait for it, and to nobody else; the cancellation of one of them leaves it
// alone. If its whole run is cancelled, it has not been done: those of other runs start it anew.

import { Leaf, misuse } from "../core/leaf.ts";
import { type Keeper, spawn } from "../core/lifecycle.ts";
import { NOT_READY } from "../core/machine.ts";
import { runningTask } from "../core/run.ts";
import { type AnyBody, bodyScope, label, OBSERVED, SETTLES, SHIELDED, type Tasklet } from "../core/task.ts";
import type { Operation, Suspend } from "../core/types.ts";
import { CANCELLED, type Description, SUCCEEDED, type Waiter } from "../core/waiter.ts";

/** Starts a body as a task of the run of the current task. */
export function isolated<T>(body: AnyBody, from: string): Tasklet<T> {
  const { program } = runningTask(from);
  const root = program.root;
  if (root === null) throw misuse(`${from}: yield* works only inside a task. Start one with run() or go().`);
  const scope = bodyScope(root);
  // Whoever asks is at liberty to: in a run that has been cancelled, that is cleanup inside a shield.
  const flags = scope.cancelled === null ? SETTLES : SETTLES | SHIELDED;
  return spawn(program as Keeper, scope, body, null, flags) as Tasklet<T>;
}

/** Has the task been cut short because its whole run was, so that it does not count? */
export function wasCutShort(task: Tasklet<unknown>): boolean {
  if (task.state !== CANCELLED) return false;
  const { root } = task.program;
  return root !== null && (root.state >= SUCCEEDED || root.cancelled !== null);
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
    return this.task.state >= SUCCEEDED ? undefined : NOT_READY;
  }

  enlist(waiter: Waiter): void {
    this.task.enlist(waiter);
  }

  delist(waiter: Waiter): void {
    this.task.delist(waiter);
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
