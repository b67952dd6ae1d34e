// callback: anything that calls back, as an operation.

import { describeValue } from "../base/errors.ts";
import { misuse } from "../core/leaf.ts";
import { afterwards } from "../core/machine.ts";
import type { Selectable } from "../core/types.ts";
import type { Waiter } from "../core/waiter.ts";
import { Call, Calling } from "./call.ts";
import { outsideTasks } from "./outside.ts";

type Start<T> = (resolve: (value: T) => void, reject: (error: unknown) => void) => undefined | (() => void);

/** Whichever way it is over, it is cleaned up, once. */
class Callback<T> extends Call {
  declare private readonly start: Start<T>;
  declare private cleanup: (() => void) | null;

  constructor(waiter: Waiter, start: Start<T>) {
    super(waiter);
    this.start = start;
    this.cleanup = null;
  }

  protected make(): void {
    const called = outsideTasks(() =>
      this.start(
        (value) => void this.answer(value),
        (error) => void this.refuse(error),
      ),
    );
    if (called.failed) {
      if (!this.refuse(called.error)) Promise.reject(called.error); // answered before it threw: it goes to the process
      return;
    }
    if (typeof called.value !== "function") return;
    if (this.waiter === null) afterwards(called.value);
    else this.cleanup = called.value;
  }

  protected over(): void {
    if (this.cleanup !== null) afterwards(this.cleanup);
  }
}

/**
 * Waits until something calls back. `start` is called anew each time the operation starts, outside any task; the first call of `resolve` or `reject` counts,
 * later ones do nothing. A throw of `start` counts as `reject`.
 *
 * If `start` returns a function, that is called once when the operation is over, whichever way: answered, cancelled, or lost in a `select`; before any other
 * task has its turn. It takes back what `start` has set up.
 *
 * **Cancellation.** At once.
 *
 * @throws what `reject` was called with; {@link MisuseError} at the call if `start` is no function
 * @example
 * const answer = yield* callback<string>((resolve) => {
 *   prompt.once("line", resolve);
 *   return () => prompt.off("line", resolve);
 * });
 */
export function callback<T>(
  start: (resolve: (value: T) => void, reject: (error: unknown) => void) => void | (() => void),
): Selectable<T> {
  if (typeof start !== "function")
    throw misuse(`callback: expected a function that starts something, got ${describeValue(start)}.`);
  return new Calling<T>("callback", start.name, (waiter) => new Callback(waiter, start as Start<T>));
}
