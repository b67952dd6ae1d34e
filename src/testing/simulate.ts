// simulate: one deterministic run of a program on virtual time. Same body, same seed: same run, to the last step.

import { machine } from "../core/machine.ts";
import { Runtime } from "../core/run.ts";
import type { Checked, Outcome } from "../core/types.ts";
import { RandomPolicy } from "./policies/random.ts";
import { VirtualHost } from "./virtual-host.ts";

export interface SimulateOptions {
  /** Without a seed the order is production's; with one it is random, and the same again for the same seed. */
  readonly seed?: number | undefined;
  /** Called after every step; throws when an invariant does not hold. */
  readonly check?: (() => void) | undefined;
}

/**
 * Runs a body as `run` does, but on virtual time and in an order of its own. Rejects with `DeadlockError` if it can never go on, with `LeakError` if the
 * body has returned by then. Operations awaited outside tasks belong to the simulation while it runs.
 */
export async function simulate<R>(body: () => R & Checked<R>, options: SimulateOptions = {}): Promise<Outcome<R>> {
  const { seed, check } = options;
  const runtime = new Runtime(new VirtualHost(seed ?? 0), seed === undefined ? null : new RandomPolicy(seed));
  let broken: unknown;
  if (check !== undefined) {
    runtime.scheduler.probe = {
      stepped() {
        if (broken !== undefined) return;
        try {
          check();
          runtime.scheduler.check();
        } catch (error) {
          broken = error;
        }
      },
    };
  }
  const outside = machine.ambient;
  machine.ambient = runtime.ambient();
  const [outcome] = await Promise.allSettled([runtime.run(body, { seed: seed ?? 0 })]);
  machine.ambient = outside;
  if (broken !== undefined) throw broken;
  if (outcome?.status === "rejected") throw outcome.reason;
  return outcome?.value as Outcome<R>;
}
