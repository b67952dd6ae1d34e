// The verbs that start tasks: run and go; and the task that runs.

import { checkBody } from "./body.ts";
import { misuse } from "./leaf.ts";
import { spawn } from "./lifecycle.ts";
import { machine } from "./machine.ts";
import type { Program } from "./program.ts";
import { installed } from "./runtime.ts";
import { owningScope, type Tasklet } from "./task.ts";
import type { Checked, Outcome, RunOptions, Task } from "./types.ts";

/**
 * Runs a program: a root task and all it starts. Settles when all of them have ended, with the value of the body.
 *
 * The body starts in its turn, never within the call. Runs of one thread share one scheduler: their tasks take turns, first come, first served.
 *
 * **Cancellation.** `options.signal` cancels the root task; the promise then rejects with the signal's reason, after cleanup.
 *
 * @throws (rejects with) what the body threw; an AggregateError, if several tasks failed; {@link DeadlockError} if the tasks that are left can never go
 * on, {@link LeakError} if the body had returned by then; {@link TaskCancelledError} if the root task was cancelled from within.
 * @example
 * await run(function* () { yield* sleep(1_000); });
 */
export function run<R>(body: () => R & Checked<R>, options: RunOptions = {}): Promise<Outcome<R>> {
  return installed().run(body, options) as Promise<Outcome<R>>;
}

/** The task that runs now. */
export function runningTask(from: string): Tasklet<unknown> {
  const { runner } = machine;
  if (runner !== null) return runner as Tasklet<unknown>;
  throw misuse(
    `${from}: no task is running. Call it inside a body started with run() or go(); in an async body before its first await.`,
  );
}

/**
 * Starts a child of the innermost extent of the current task. It runs in its turn, after the tasks that are ready now; O(1).
 *
 * The extent ends only after the child has ended. If the child fails, its siblings and the body of the extent are cancelled and the extent throws the
 * error. In a cancelled extent the child is cancelled from the start: its body never runs.
 *
 * @throws {@link MisuseError} outside a task, and in an async body after its first await: use a group, or `Task.run`, there.
 * @example
 * const task = go(worker, jobs);
 * const result = yield* task;
 */
export function go<R, A extends readonly unknown[]>(
  body: (...args: A) => R & Checked<R>,
  ...args: A
): Task<Outcome<R>> {
  const parent = runningTask("go");
  checkBody(body, "go");
  return spawn(parent.program as Program, owningScope(parent), body, args.length === 0 ? null : args, 0) as Tasklet<
    Outcome<R>
  >;
}

/**
 * The task that runs now.
 *
 * @throws {@link MisuseError} outside a task, and in an async body after its first await.
 */
export function currentTask(): Task<unknown> {
  return runningTask("currentTask");
}
