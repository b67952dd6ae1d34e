// Operations that call code of users when they start, and wait for its answer: `callback`, and `until` with a function.
//
// Invariants
//   a call is over once it has been answered or given up; what comes after that does nothing
//   code of users is called outside any task, and when nothing is half done

import { Leaf } from "../core/leaf.ts";
import { NOT_READY } from "../core/machine.ts";
import { complete, type Description, fail, type Waiter } from "../core/waiter.ts";
import { soon } from "./outside.ts";

/** One call, for one who waits. */
export abstract class Call {
  /** Who waits; null when it is over. */
  declare protected waiter: Waiter | null;

  constructor(waiter: Waiter) {
    this.waiter = waiter;
  }

  /** Calls the user's function. */
  protected abstract make(): void;
  /** The call is over: answered, or given up by one who waited. */
  protected abstract over(givenUpBy: Waiter | null): void;

  begin(): void {
    if (this.waiter !== null) this.make(); // unless it was given up before it had begun
  }

  /** False if it was over already. */
  answer(value: unknown): boolean {
    const { waiter } = this;
    if (waiter === null) return false;
    this.waiter = null;
    this.over(null);
    complete(waiter, value);
    return true;
  }

  /** The same for an error. */
  refuse(error: unknown): boolean {
    const { waiter } = this;
    if (waiter === null) return false;
    this.waiter = null;
    this.over(null);
    fail(waiter, error);
    return true;
  }

  giveUp(waiter: Waiter): void {
    this.waiter = null;
    this.over(waiter);
  }
}

/** The operation. Each use is a call of its own. */
export class Calling<T> extends Leaf<T> {
  declare private readonly operation: string;
  declare private readonly called: string;
  declare private readonly callFor: (waiter: Waiter) => Call;

  /** `called` is the name of the user's function. */
  constructor(operation: string, called: string, callFor: (waiter: Waiter) => Call) {
    super();
    this.operation = operation;
    this.called = called || "a function";
    this.callFor = callFor;
  }

  ready(): boolean {
    return false;
  }

  poll(): unknown {
    return NOT_READY;
  }

  enlist(waiter: Waiter): void {
    const call = this.callFor(waiter);
    waiter.payload = call;
    soon(() => call.begin());
  }

  delist(waiter: Waiter): void {
    (waiter.payload as Call).giveUp(waiter);
  }

  describe(): Description {
    return { operation: this.operation, object: this.called, heldBy: [], outside: true };
  }
}
