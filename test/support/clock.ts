// The clock of the simulation that runs now.

import { currentTask } from "offshoot";
import type { Scheduler } from "../../src/core/scheduler.ts";
import type { Tasklet } from "../../src/core/task.ts";

/** The scheduler of the task that runs: for its clock and its timers. */
export function scheduler(): Scheduler {
  return (currentTask() as unknown as Tasklet<unknown>).program.scheduler as unknown as Scheduler;
}

/** The step of the task that runs takes so many milliseconds: otherwise virtual time stands still in a step. */
export function lasts(ms: number): void {
  (scheduler().host as unknown as { time: number }).time += ms;
}
