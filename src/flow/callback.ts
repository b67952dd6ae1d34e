// callback: anything that calls back, as an operation.

import { describeValue } from "../base/errors.ts";
import { Leaf, misuse } from "../core/leaf.ts";
import { afterwards, NOT_READY } from "../core/machine.ts";
import type { Selectable } from "../core/types.ts";
import { complete, type Description, fail, type Waiter } from "../core/waiter.ts";
import { outsideTasks, soon } from "./outside.ts";

type Resolve<T> = (value: T) => void;
type Reject = (error: unknown) => void;
type Start<T> = (resolve: Resolve<T>, reject: Reject) => undefined | (() => void);

/** One call, for one who waits. Over once it has been answered or given up; then it is cleaned up, once. */
class Call<T> {
  declare private waiter: Waiter | null;
  declare private cleanup: (() => void) | null;

  constructor(waiter: Waiter) {
    this.waiter = waiter;
    this.cleanup = null;
  }

  begin(start: Start<T>): void {
    if (this.waiter === null) return; // given up before it had begun
    const called = outsideTasks(() =>
      start(
        (value) => {
          const waiter = this.end();
          if (waiter !== null) complete(waiter, value);
        },
        (error) => {
          const waiter = this.end();
          if (waiter !== null) fail(waiter, error);
        },
      ),
    );
    if (called.failed) {
      const waiter = this.end();
      if (waiter !== null) fail(waiter, called.error);
      else Promise.reject(called.error); // answered before it threw: it goes to the process
      return;
    }
    if (typeof called.value !== "function") return;
    if (this.waiter === null) afterwards(called.value);
    else this.cleanup = called.value;
  }

  /** Answers who waits, the first time. */
  end(): Waiter | null {
    const { waiter, cleanup } = this;
    this.waiter = null;
    this.cleanup = null;
    if (cleanup !== null) afterwards(cleanup);
    return waiter;
  }
}

class Callback<T> extends Leaf<T> {
  declare private readonly start: Start<T>;

  constructor(start: Start<T>) {
    super();
    this.start = start;
  }

  ready(): boolean {
    return false;
  }

  poll(): unknown {
    return NOT_READY;
  }

  enlist(waiter: Waiter): void {
    const call = new Call<T>(waiter);
    waiter.payload = call;
    soon(() => call.begin(this.start));
  }

  delist(waiter: Waiter): void {
    (waiter.payload as Call<T>).end();
  }

  describe(): Description {
    return { operation: "callback", object: this.start.name || "a function", heldBy: [], outside: true };
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
  return new Callback(start as Start<T>);
}
