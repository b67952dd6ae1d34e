// simulate: one deterministic run of a program on virtual time. Same body, same seed: same run, to the last step.

import { describeValue, MisuseError } from "../base/errors.ts";
import type { Policy } from "../core/host.ts";
import type { Probe, Seen } from "../core/probe.ts";
import { Runtime } from "../core/runtime.ts";
import type { Scheduler } from "../core/scheduler.ts";
import type { Tasklet } from "../core/task.ts";
import { unseen } from "../core/tracker.ts";
import type { Checked, Outcome } from "../core/types.ts";
import { Audit } from "./audit.ts";
import { Driver } from "./driver.ts";
import { RandomWalk } from "./policies/random.ts";
import { RealTimers } from "./real-timers.ts";
import { Stage } from "./stage.ts";
import { Outsiders } from "./trace/outsiders.ts";
import { VirtualHost } from "./virtual-host.ts";
import { refuseFakeTimers } from "./world.ts";

export interface SimulateOptions {
  /** Without a seed the order is production's; with one it is random, and the same again for the same seed. */
  readonly seed?: number | undefined;
  /** May a timer go off while tasks can run ("racy"; needs a seed), or only when nothing else can happen ("idle", the default)? */
  readonly time?: "idle" | "racy" | undefined;
  /** May a task wait for something outside, such as a promise that no task of the program settles? Otherwise that is misuse, the default. */
  readonly allowExternal?: boolean | undefined;
  /**
   * Report a task that changes what it has sent through a channel or broadcast? Default: false.
   *
   * What is sent is its receiver's from then on, and nobody's as long as it is in a buffer. The sender may change it again once it has received it, or part of
   * it, or once some task has returned it. Otherwise the run rejects with {@link MisuseError}, whatever the body makes of it, and however it ends: with what has
   * changed, where it was sent, and where the sender came to after the change. The run itself is the same as without.
   *
   * Only senders are looked at. Who has received an object may change it, also if it was sent to others too: freeze what is for several.
   *
   * **Limits.** Plain data only: object literals, arrays, maps, sets, typed arrays and buffers, and such within them; of a value its first 10 000 properties,
   * elements and entries, the outermost first (of buffers eight times as many bytes); of each task the latest 100 values that it has sent. Of an async body what it
   * does before its first `await`. **Cost.** O(what has been sent) for each turn of a task that has sent something, and for each of its uses of a channel.
   */
  readonly audit?: boolean | undefined;
  /** Called after every turn of a task, which goes on until it waits or another one is first; throws when an invariant does not hold. */
  readonly check?: (() => void) | undefined;
}

/**
 * Runs a body as `run` does, but on virtual time and in an order of its own. Rejects with `DeadlockError` if it can never go on, with `LeakError` if the
 * body has returned by then. Operations awaited outside tasks belong to the simulation while it runs.
 *
 * @throws (rejects with) {@link MisuseError} as well if the run has started timers of the real clock (those of `node:timers`, or captured before) and they are
 * still running when it ends; unless it has failed otherwise
 * @example
 * const ms = await simulate(function* () {
 *   const start = now();
 *   yield* sleep(3_600_000);
 *   return now() - start;
 * });
 */
export async function simulate<R>(body: () => R & Checked<R>, options: SimulateOptions = {}): Promise<Outcome<R>> {
  checkOptions(options);
  const { seed, time = "idle", allowExternal = false } = options;
  refuseFakeTimers("simulate");
  const outsiders = new Outsiders();
  const audit = options.audit === true ? new Audit(outsiders) : null;
  const tracker = audit ?? outsiders;
  const host = new VirtualHost(seed ?? 0);
  const runtime = new Runtime(host, policyFor(seed, time === "racy"), allowExternal ? "wait" : "refuse");
  const looking = new Looking(runtime.scheduler, audit, options.check ?? null);
  const stage = new Stage(host, runtime, tracker, seed ?? 0);
  const timers = new RealTimers();
  try {
    const value = (await timers.within(() => runtime.run(body, { seed: seed ?? 0 }))) as Outcome<R>;
    timers.close();
    if (looking.broken === null) {
      timers.refuse("simulate");
      return value;
    }
  } catch (error) {
    if (looking.broken === null) throw error;
  } finally {
    timers.close();
    stage.clear();
  }
  throw looking.broken.error;
}

/** Looks at every turn of a run. What is found there must not reach the task that happens to run: the run goes on, and rejects with it in the end. */
class Looking implements Probe {
  /** What was found first. */
  declare broken: { readonly error: unknown } | null;
  declare private readonly scheduler: Scheduler;
  declare private readonly audit: Audit | null;
  declare private readonly check: (() => void) | null;

  constructor(scheduler: Scheduler, audit: Audit | null, check: (() => void) | null) {
    this.broken = null;
    this.scheduler = scheduler;
    this.audit = audit;
    this.check = check;
    if (audit !== null || check !== null) scheduler.probe = this;
  }

  stepping(task: Seen): void {
    this.audit?.begins(task as Tasklet<unknown>);
  }

  stepped(task: Seen): void {
    this.audit?.ends(task as Tasklet<unknown>);
    if (this.broken !== null) return;
    const found = this.audit?.found ?? null;
    if (found !== null) this.broken = { error: found };
    else if (this.check !== null) this.look(this.check);
  }

  ended(task: Seen): void {
    this.audit?.returned(task as Tasklet<unknown>);
  }

  private look(check: () => void): void {
    try {
      unseen(check);
      this.scheduler.check();
    } catch (error) {
      this.broken = { error };
    }
  }
}

function checkOptions(options: SimulateOptions): void {
  if (typeof options !== "object" || options === null)
    throw new MisuseError(`simulate: options must be an object, got ${describeValue(options)}.`);
  const { seed, time, allowExternal, audit, check } = options;
  if (seed !== undefined && !Number.isFinite(seed))
    throw new MisuseError(`simulate: the seed must be a finite number, got ${describeValue(seed)}.`);
  if (time !== undefined && time !== "idle" && time !== "racy")
    throw new MisuseError(`simulate: time must be "idle" or "racy", got ${describeValue(time)}.`);
  if (time === "racy" && seed === undefined)
    throw new MisuseError('simulate: time "racy" needs a seed, for whether a timer goes off is drawn. Give one.');
  if (allowExternal !== undefined && typeof allowExternal !== "boolean")
    throw new MisuseError(`simulate: allowExternal must be true or false, got ${describeValue(allowExternal)}.`);
  if (audit !== undefined && typeof audit !== "boolean")
    throw new MisuseError(`simulate: audit must be true or false, got ${describeValue(audit)}.`);
  if (check !== undefined && typeof check !== "function")
    throw new MisuseError(`simulate: check must be a function, got ${describeValue(check)}.`);
}

function policyFor(seed: number | undefined, racy: boolean): Policy | null {
  if (seed === undefined) return null;
  const options = { racy, maxSteps: Number.POSITIVE_INFINITY, records: false, check: null };
  return new Driver(new RandomWalk(seed), null, options, () => {});
}
