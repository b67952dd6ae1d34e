// Timers started and stopped while tasks wait for many others.
//
// The first pass is not timed: in it the collector moves the many to where it leaves them alone.

import { type Operation, run, timer } from "offshoot";
import { clock, type Outcome } from "../trial.ts";
import { gather } from "./sleepers.ts";

export function trial(size: number): Promise<Outcome> {
  return run(() => measure(size));
}

function* measure(size: number): Operation<Outcome> {
  const sleepers = yield* gather();
  stopAll(size);
  const start = clock();
  const answer = stopAll(size);
  const ns = clock() - start;
  sleepers.cancel();
  return { ns, answer };
}

function stopAll(size: number): number {
  let stopped = 0;
  for (let i = 0; i < size; i++) if (timer(60_000).stop()) stopped++;
  return stopped;
}
