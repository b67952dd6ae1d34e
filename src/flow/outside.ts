// Calls into the world from within an operation: outside any task, and never in the midst of what the library is doing.

import type { Cancelled } from "../base/errors.ts";
import { afterwards, machine } from "../core/machine.ts";

export type Called<T> =
  | { readonly failed: false; readonly value: T }
  | { readonly failed: true; readonly error: unknown };

/** Calls a function of users while an operation is being started: no task runs as far as it can see. */
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
  }
}

/** Aborts a call that was given up: for the reason of the cancellation, or because it lost. */
export function abortWith(controller: AbortController, cancelled: Cancelled | null): void {
  const reason = cancelled === null ? undefined : (cancelled.reason ?? cancelled);
  afterwards(() => controller.abort(reason));
}
