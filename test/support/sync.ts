// What the tests of locks share: the warnings a simulation has given, and the report of a run that got stuck.

import { currentTask, DeadlockError, type Operation } from "offshoot";
import type { Scheduler } from "../../src/core/scheduler.ts";
import type { Tasklet } from "../../src/core/task.ts";
import type { VirtualHost } from "../../src/testing/virtual-host.ts";
import { rejected } from "./caught.ts";
import { virtual } from "./virtual.ts";

/** What the simulation that runs now has told a person so far. */
export function warnings(): readonly string[] {
  const scheduler = (currentTask() as unknown as Tasklet<unknown>).program.scheduler as unknown as Scheduler;
  return (scheduler.host as VirtualHost).warnings;
}

/** The report of a body that must get stuck. */
export async function stuck(body: () => Operation<unknown>): Promise<string> {
  return (await rejected(DeadlockError, virtual(body))).report;
}

/** The invariants of an object hold. */
export function check(object: unknown): void {
  (object as { check(): void }).check();
}
