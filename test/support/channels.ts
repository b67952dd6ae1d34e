// Channels of both sorts, so that what is said of channels is tried on the shared ones and on those it was said of; and all that can go on in this thread, done.

import { type Channel, type Checked, channel, type Operation, run, type Task, yieldNow } from "offshoot";
import { sharedChannel } from "offshoot/parallel";
import { here } from "../../src/parallel/neighbours.ts";
import type { SharedChannel } from "../../src/parallel/shared-channel.ts";
import { simulate } from "../../src/testing/simulate.ts";

type Make = <T>(capacity: number, options?: { name?: string }) => Channel<T>;

export const sorts: readonly (readonly [string, Make])[] = [
  ["local", channel],
  ["shared", sharedChannel],
];

const SEEDS = 8;

/** Runs a body in production, and on virtual time in a few orders. The seed is part of the error. */
export async function inOrders<R>(body: () => R & Checked<R>): Promise<void> {
  await run(body);
  for (let seed = 0; seed < SEEDS; seed++) {
    try {
      await simulate(body, { seed, allowExternal: true }); // what is shared is woken from outside
    } catch (error) {
      throw new Error(`in the order of seed ${seed}`, { cause: error });
    }
  }
}

/** Lets these tasks go on until each of them has ended or waits for what nobody else here does. This thread looks at what it shares, as it does by itself when it is idle. */
export function* settle(...tasks: readonly Task<unknown>[]): Operation<void> {
  for (;;) {
    here().look();
    if (!tasks.some(({ status }) => status === "ready")) return;
    yield* yieldNow();
  }
}

export const check = (ch: unknown): void => (ch as SharedChannel<unknown>).check();
