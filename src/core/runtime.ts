// A scheduler with its programs, on one host; and that of this thread, which the front door sets up.

import { describeValue } from "../base/errors.ts";
import { checkBody, named } from "./body.ts";
import { cancelScope } from "./cancel.ts";
import type { Host, Policy } from "./host.ts";
import { misuse } from "./leaf.ts";
import { machine } from "./machine.ts";
import { restoreStack, tellOrigin } from "./origin.ts";
import { Program } from "./program.ts";
import { Scheduler } from "./scheduler.ts";
import { type Subscription, subscribe, unsubscribe } from "./signals.ts";
import { type AnyBody, bodyScope, type Tasklet } from "./task.ts";
import type { RunOptions } from "./types.ts";
import { type External, Verdicts } from "./verdict.ts";
import { FAILED, SUCCEEDED } from "./waiter.ts";

export class Runtime {
  declare readonly scheduler: Scheduler;
  declare private readonly verdicts: Verdicts;

  constructor(host: Host, policy: Policy | null, external: External = "verdict") {
    this.scheduler = new Scheduler(host, policy);
    this.verdicts = new Verdicts(this.scheduler, external);
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

function failureOf(root: Tasklet<unknown>, verdict: Error | null, signal: AbortSignal | undefined): unknown {
  const failed = root.state === FAILED;
  if (failed) {
    tellOrigin(root.result, root, null);
    restoreStack(root.result);
  }
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

let runtime: Runtime | null = null;
let doors = 0;

/** Makes a host the one of this thread. Called by each door that needs one: the first counts. */
export function install(host: Host): void {
  doors++;
  if (runtime !== null) return;
  runtime = new Runtime(host, null);
  machine.ambient = runtime.ambient();
}

/** How many doors of the package have been loaded in this thread. */
export function doorsLoaded(): number {
  return doors;
}

/** The runtime of this thread. */
export function installed(): Runtime {
  if (runtime === null) throw misuse('run: the package is not loaded. Import run from "offshoot".');
  return runtime;
}
