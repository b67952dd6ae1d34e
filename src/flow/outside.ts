// Calls into the world from within an operation: outside any task, and never in the midst of what the library is doing.

import type { Cancelled } from "../base/errors.ts";
import { afterwards, machine, mask } from "../core/machine.ts";

export type Called<T> =
  | { readonly failed: false; readonly value: T }
  | { readonly failed: true; readonly error: unknown };

/**
 * Calls code of users as soon as nothing is half done. Operations that call users when they are started do it by this: a select that is enlisting its cases
 * would miss what the call does to a case behind.
 */
export function soon(errand: () => void): void {
  if (machine.runner === null) queueMicrotask(errand);
  else afterwards(errand);
}

/** Calls a function of users: no task runs as far as it can see. */
export function outsideTasks<T>(f: () => T): Called<T> {
  const { runner, credit } = machine;
  machine.runner = null;
  machine.credit = 0;
  try {
    return { failed: false, value: f() };
  } catch (error) {
    return { failed: true, error };
  } finally {
    machine.runner = runner;
    machine.credit = credit;
    if (runner !== null && runner.cancelled !== null) mask(); // by the function
  }
}

/** Why calls are being given up, where it is neither a cancellation nor a select: set by what takes them back, for as long as it does. */
export const givingUp: { reason: (() => unknown) | null } = { reason: null };

/** Aborts a call that was given up: for the reason of the cancellation, the limit that is up, or because it lost. */
export function abortWith(controller: AbortController, cancelled: Cancelled | null): void {
  let reason = givingUp.reason?.();
  if (cancelled !== null) reason = cancelled.reason === undefined ? cancelled : cancelled.reason;
  afterwards(() => controller.abort(reason));
}
