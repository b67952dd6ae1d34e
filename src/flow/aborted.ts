// aborted: an AbortSignal as an operation.

import { describeValue } from "../base/errors.ts";
import { Leaf, misuse } from "../core/leaf.ts";
import { NOT_READY } from "../core/machine.ts";
import { type Subscription, subscribe, unsubscribe } from "../core/signals.ts";
import type { Selectable } from "../core/types.ts";
import { complete, type Description, type Waiter } from "../core/waiter.ts";

class Aborted extends Leaf<unknown> {
  declare private readonly signal: AbortSignal;

  constructor(signal: AbortSignal) {
    super();
    this.signal = signal;
  }

  ready(): boolean {
    return this.signal.aborted;
  }

  poll(): unknown {
    return this.signal.aborted ? this.signal.reason : NOT_READY;
  }

  enlist(waiter: Waiter): void {
    waiter.payload = subscribe(this.signal, () => complete(waiter, this.signal.reason));
  }

  delist(waiter: Waiter): void {
    unsubscribe(waiter.payload as Subscription);
  }

  describe(): Description {
    return { operation: "aborted", object: "a signal", heldBy: [], outside: true };
  }
}

/**
 * Waits until a signal is aborted, and completes with its reason. However many wait for a signal, it has one handler; with nobody waiting, none.
 *
 * Node keeps no process alive for `AbortSignal.timeout`: use `sleep` or `timeout` to wait for a time.
 *
 * **Cancellation.** At once.
 *
 * @throws {@link MisuseError} at the call if it is given no signal
 * @example
 * yield* race([aborted(request.signal), respond()]);
 */
export function aborted(signal: AbortSignal): Selectable<unknown> {
  if (typeof signal?.addEventListener !== "function" || typeof signal.aborted !== "boolean")
    throw misuse(`aborted: expected an AbortSignal, got ${describeValue(signal)}. Pass controller.signal.`);
  return new Aborted(signal);
}
