// simulate: one deterministic run of a program on virtual time. Same body, same seed: same run, to the last step.

import { machine } from "../core/machine.ts";
import { Runtime } from "../core/runtime.ts";
import type { Checked, Outcome } from "../core/types.ts";
import type { Home } from "../core/waiter.ts";
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
  const home = runtime.ambient();
  enter(home);
  try {
    const value = (await runtime.run(body, { seed: seed ?? 0 })) as Outcome<R>;
    if (broken === undefined) return value;
  } catch (error) {
    if (broken === undefined) throw error;
  } finally {
    leave(home);
  }
  throw broken;
}

/** The simulations under way, innermost last; before them what was there without any. */
const homes: (Home | null)[] = [];

function enter(home: Home): void {
  if (homes.length === 0) homes.push(machine.ambient);
  homes.push(home);
  machine.ambient = home;
}

function leave(home: Home): void {
  homes.splice(homes.indexOf(home), 1);
  machine.ambient = homes.at(-1) ?? null;
  if (homes.length === 1) homes.pop();
}
