// Timers started and stopped while tasks wait for many others.

import { type Operation, run, timer } from "offshoot";
import { clock, type Outcome } from "../trial.ts";
import { gather } from "./sleepers.ts";

export function trial(size: number): Promise<Outcome> {
  return run(() => measure(size));
}

function* measure(size: number): Operation<Outcome> {
  const sleepers = yield* gather();
  let stopped = 0;
  const start = clock();
  for (let i = 0; i < size; i++) if (timer(60_000).stop()) stopped++;
  const ns = clock() - start;
  sleepers.cancel();
  return { ns, answer: stopped };
}
