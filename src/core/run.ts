// The verbs that start tasks: run, go, currentTask, named; and the runtime of this thread, which the front door sets up.

import { type DeadlockError, describeValue } from "../base/errors.ts";
import { cancelScope } from "./cancel.ts";
import type { Host, Policy } from "./host.ts";
import { misuse } from "./leaf.ts";
import { spawn } from "./lifecycle.ts";
import { machine } from "./machine.ts";
import { Program } from "./program.ts";
import { tellOrigin } from "./report.ts";
import { Scheduler } from "./scheduler.ts";
import { type Subscription, subscribe, unsubscribe } from "./signals.ts";
import { type AnyBody, bodyScope, owningScope, type Tasklet } from "./task.ts";
import type { Checked, Outcome, RunOptions, Task } from "./types.ts";
import { Verdicts } from "./verdict.ts";
import { FAILED, SUCCEEDED } from "./waiter.ts";

/** A scheduler with its programs, on one host. */
export class Runtime {
  declare readonly scheduler: Scheduler;
  declare private readonly verdicts: Verdicts;

  constructor(host: Host, policy: Policy | null) {
    this.scheduler = new Scheduler(host, policy);
    this.verdicts = new Verdicts(this.scheduler);
  }

  /** The program for operations awaited outside any task. It has no main task and no verdict. */
  ambient(): Program {
    return new Program(this.scheduler, {});
  }

  run(body: AnyBody, options: RunOptions): Promise<unknown> {
    checkOptions(body, options);
    return new Promise((resolve, reject) => {
      const program = new Program(this.scheduler, options);
      const { name, signal } = options;
      let subscription: Subscription | null = null;
      const root = program.start(name === undefined ? body : named(name, body), (task, verdict) => {
        if (subscription !== null) unsubscribe(subscription);
        this.verdicts.remove(program);
        if (verdict === null && task.state === SUCCEEDED) resolve(task.result);
        else reject(failureOf(task, verdict, signal));
      });
      this.verdicts.add(program);
      const abort = (): void => cancelScope(bodyScope(root), signal?.reason);
      if (signal?.aborted === true) abort();
      else if (signal !== undefined) subscription = subscribe(signal, abort);
    });
  }
}

function failureOf(root: Tasklet<unknown>, verdict: DeadlockError | null, signal: AbortSignal | undefined): unknown {
  const failed = root.state === FAILED;
  if (failed) tellOrigin(root.result, root, null);
  if (verdict !== null) {
    return failed && root.result !== verdict
      ? new AggregateError([verdict, root.result], `${verdict.message}\nand cleanup failed`)
      : verdict;
  }
  if (failed) return root.result;
  if (signal?.aborted === true && root.result === signal.reason) return signal.reason;
  return root.cancellationError();
}

function checkOptions(body: unknown, options: RunOptions): void {
  checkBody(body, "run");
  if (typeof options !== "object" || options === null)
    throw misuse(`run: options must be an object, got ${describeValue(options)}.`);
  const { name, seed, signal } = options;
  if (name !== undefined && typeof name !== "string")
    throw misuse(`run: the name must be a string, got ${describeValue(name)}.`);
  if (seed !== undefined && !Number.isFinite(seed))
    throw misuse(`run: the seed must be a finite number, got ${describeValue(seed)}.`);
  if (signal !== undefined && typeof signal?.addEventListener !== "function") {
    throw misuse(`run: signal must be an AbortSignal, got ${describeValue(signal)}. Pass controller.signal.`);
  }
}

/** Refuses what cannot be called. */
export function checkBody(body: unknown, from: string): asserts body is AnyBody {
  if (typeof body === "function") return;
  const hint =
    typeof body === "object" && body !== null && Symbol.iterator in body
      ? "Give it the generator function, without calling it."
      : "Give it a generator function, an async function, or a plain one.";
  throw misuse(`${from}: the body must be a function, got ${describeValue(body)}. ${hint}`);
}

let runtime: Runtime | null = null;

/** Makes a host the one of this thread. Called by the front door, once. */
export function install(host: Host): void {
  runtime = new Runtime(host, null);
  machine.ambient = runtime.ambient();
}

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
  if (runtime === null) throw misuse('run: the package is not loaded. Import run from "offshoot".');
  return runtime.run(body, options) as Promise<Outcome<R>>;
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

/** Gives a body another name in dumps and reports. The body itself is left as it is. */
export function named<B extends (...args: never) => unknown>(name: string, body: B): B {
  checkBody(body, "named");
  if (typeof name !== "string") throw misuse(`named: the name must be a string, got ${describeValue(name)}.`);
  const renamed = (...args: never): unknown => body(...args);
  return Object.defineProperty(renamed, "name", { value: name }) as unknown as B;
}
