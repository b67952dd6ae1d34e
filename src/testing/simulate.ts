// simulate: one deterministic run of a program on virtual time. Same body, same seed: same run, to the last step.

import { describeValue, MisuseError } from "../base/errors.ts";
import type { Policy } from "../core/host.ts";
import { machine } from "../core/machine.ts";
import { Runtime } from "../core/runtime.ts";
import { unseen } from "../core/tracker.ts";
import type { Checked, Outcome } from "../core/types.ts";
import { enter, leave } from "./ambient.ts";
import { Driver } from "./driver.ts";
import { RandomWalk } from "./policies/random.ts";
import { Outsiders } from "./trace/outsiders.ts";
import { VirtualHost } from "./virtual-host.ts";
import { enterWorld, leaveWorld, refuseFakeTimers, World } from "./world.ts";

export interface SimulateOptions {
  /** Without a seed the order is production's; with one it is random, and the same again for the same seed. */
  readonly seed?: number | undefined;
  /** May a timer go off while tasks can run ("racy"; needs a seed), or only when nothing else can happen ("idle", the default)? */
  readonly time?: "idle" | "racy" | undefined;
  /** May a task wait for something outside, such as a promise that no task of the program settles? Otherwise that is misuse, the default. */
  readonly allowExternal?: boolean | undefined;
  /** Called after every step; throws when an invariant does not hold. */
  readonly check?: (() => void) | undefined;
}

/**
 * Runs a body as `run` does, but on virtual time and in an order of its own. Rejects with `DeadlockError` if it can never go on, with `LeakError` if the
 * body has returned by then. Operations awaited outside tasks belong to the simulation while it runs.
 *
 * @example
 * const ms = await simulate(function* () {
 *   const start = now();
 *   yield* sleep(3_600_000);
 *   return now() - start;
 * });
 */
export async function simulate<R>(body: () => R & Checked<R>, options: SimulateOptions = {}): Promise<Outcome<R>> {
  checkOptions(options);
  const { seed, time = "idle", allowExternal = false, check } = options;
  refuseFakeTimers("simulate");
  const tracker = new Outsiders();
  const runtime = new Runtime(
    new VirtualHost(seed ?? 0),
    policyFor(seed, time === "racy"),
    allowExternal ? "wait" : "refuse",
  );
  let broken: unknown;
  if (check !== undefined) {
    runtime.scheduler.probe = {
      stepped() {
        if (broken !== undefined) return;
        try {
          unseen(check);
          runtime.scheduler.check();
        } catch (error) {
          broken = error;
        }
      },
    };
  }
  runtime.scheduler.tracker = tracker;
  const home = runtime.ambient();
  const world = new World(runtime.scheduler, seed ?? 0);
  enter(home);
  enterWorld(world);
  machine.tracker = tracker;
  try {
    const value = (await runtime.run(body, { seed: seed ?? 0 })) as Outcome<R>;
    if (broken === undefined) return value;
  } catch (error) {
    if (broken === undefined) throw error;
  } finally {
    machine.tracker = null;
    leaveWorld(world);
    leave(home);
  }
  throw broken;
}

function checkOptions(options: SimulateOptions): void {
  if (typeof options !== "object" || options === null)
    throw new MisuseError(`simulate: options must be an object, got ${describeValue(options)}.`);
  const { seed, time, check } = options;
  if (seed !== undefined && !Number.isFinite(seed))
    throw new MisuseError(`simulate: the seed must be a finite number, got ${describeValue(seed)}.`);
  if (time !== undefined && time !== "idle" && time !== "racy")
    throw new MisuseError(`simulate: time must be "idle" or "racy", got ${describeValue(time)}.`);
  if (time === "racy" && seed === undefined)
    throw new MisuseError('simulate: time "racy" needs a seed, for whether a timer goes off is drawn. Give one.');
  if (check !== undefined && typeof check !== "function")
    throw new MisuseError(`simulate: check must be a function, got ${describeValue(check)}.`);
}

function policyFor(seed: number | undefined, racy: boolean): Policy | null {
  if (seed === undefined) return null;
  const options = { racy, maxSteps: Number.POSITIVE_INFINITY, records: false, check: null };
  return new Driver(new RandomWalk(seed), null, options, () => {});
}
