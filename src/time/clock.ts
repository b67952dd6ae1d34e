// Which clock and timers are meant: those of the run of the current task, or outside tasks those of this thread.

import { describeValue } from "../base/errors.ts";
import { misuse } from "../core/leaf.ts";
import { machine } from "../core/machine.ts";
import type { Scheduler } from "../core/scheduler.ts";
import { CLOCK, READ, touch } from "../core/tracker.ts";

/** The scheduler whose timers a call means. */
export function schedulerFor(from: string): Scheduler {
  const home = machine.runner?.program ?? machine.ambient;
  if (home === null) throw misuse(`${from}: used before the package was loaded. Import from "offshoot".`);
  return home.scheduler as Scheduler;
}

/** A delay as it is meant: below zero counts as zero. Refuses what is no number. */
export function delayOf(ms: number, from: string): number {
  if (typeof ms !== "number" || Number.isNaN(ms))
    throw misuse(`${from}: the time must be a number of milliseconds, got ${describeValue(ms)}.`);
  return ms > 0 ? ms : 0;
}

/**
 * Milliseconds, with a fraction, on a clock that never goes back: that of `sleep` and the timers, virtual in a test on virtual time. Its zero means nothing;
 * only differences do. For the date ask `new Date()`.
 */
export function now(): number {
  const scheduler = schedulerFor("now");
  touch(scheduler, CLOCK, READ);
  return scheduler.host.now();
}
