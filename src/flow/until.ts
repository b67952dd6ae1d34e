// until: a promise as an operation.
//
// A promise that is given has one handler of ours, ever, however often it is waited for: who waits now stands in a list beside it, and leaves nothing behind.
// A function that is given is called when the operation starts; if the operation is cancelled or loses a select, its signal is aborted.
//
// Invariant
//   nobody waits at a promise whose settlement has been seen

import { describeValue } from "../base/errors.ts";
import { List } from "../base/list.ts";
import { isOperation } from "../core/body.ts";
import { Leaf, misuse } from "../core/leaf.ts";
import { NOT_READY } from "../core/machine.ts";
import { READ, SELF, tellMade, touch, WRITE } from "../core/tracker.ts";
import type { Selectable } from "../core/types.ts";
import { complete, type Description, type Waiter } from "../core/waiter.ts";
import { Call, Calling } from "./call.ts";
import { abortWith, outsideTasks } from "./outside.ts";

const PENDING = 0;
const FULFILLED = 1;
const REJECTED = 2;

/** What has been seen of a promise. */
class Settlement {
  declare state: number;
  declare value: unknown;
  declare readonly waiters: List<Waiter>;

  constructor(promise: PromiseLike<unknown>) {
    this.state = PENDING;
    this.value = undefined;
    this.waiters = new List();
    tellMade(this);
    Promise.resolve(promise).then(
      (value) => this.settle(FULFILLED, value),
      (error) => this.settle(REJECTED, error),
    );
  }

  private settle(state: number, value: unknown): void {
    touch(this, SELF, WRITE);
    this.state = state;
    this.value = value;
    for (let waiter = this.waiters.shift(); waiter !== null; waiter = this.waiters.shift()) complete(waiter, this);
  }
}

const settlements = new WeakMap<PromiseLike<unknown>, Settlement>();

/** Looks at a promise from now on. */
function settlementOf(promise: PromiseLike<unknown>): Settlement {
  let settlement = settlements.get(promise);
  if (settlement === undefined) {
    settlement = new Settlement(promise);
    settlements.set(promise, settlement);
  }
  return settlement;
}

class UntilSettled<T> extends Leaf<T> {
  declare private readonly settlement: Settlement;

  // The promise is looked at from now on: the operation may never start, in a scope that is cancelled, and its rejection would end the process.
  constructor(promise: PromiseLike<T>) {
    super();
    this.settlement = settlementOf(promise);
  }

  ready(): boolean {
    touch(this.settlement, SELF, READ);
    return this.settlement.state !== PENDING;
  }

  poll(): unknown {
    touch(this.settlement, SELF, READ);
    return this.settlement.state === PENDING ? NOT_READY : this.settlement;
  }

  enlist(waiter: Waiter): void {
    waiter.runner.program.scheduler.promised = true;
    this.settlement.waiters.push(waiter);
  }

  delist(waiter: Waiter): void {
    touch(this.settlement, SELF, READ);
    this.settlement.waiters.remove(waiter);
  }

  override finish(raw: unknown): T {
    const { state, value } = raw as Settlement;
    if (state === REJECTED) throw value;
    return value as T;
  }

  override fails(raw: unknown): boolean {
    return (raw as Settlement).state === REJECTED;
  }

  describe(): Description {
    return { operation: "until", object: "a promise", heldBy: [], outside: true };
  }
}

type Start<T> = (signal: AbortSignal) => PromiseLike<T>;

class PromiseCall<T> extends Call {
  declare private readonly start: Start<T>;
  declare private readonly controller: AbortController;

  constructor(waiter: Waiter, start: Start<T>) {
    super(waiter);
    waiter.runner.program.scheduler.promised = true;
    this.start = start;
    this.controller = new AbortController();
  }

  protected make(): void {
    const called = outsideTasks(() => {
      const returned = this.start(this.controller.signal);
      refuseOperation(returned);
      return Promise.resolve(returned);
    });
    (called.failed ? Promise.reject(called.error) : called.value).then(
      (value) => void this.answer(value),
      (error) => void this.refuse(error),
    );
  }

  protected over(givenUpBy: Waiter | null): void {
    if (givenUpBy !== null) abortWith(this.controller, givenUpBy.runner.cancelled);
  }
}

/** An operation that a function returned would be awaited in nobody's name, and a generator never run. */
function refuseOperation(returned: unknown): void {
  if (!isOperation(returned)) return;
  const what = returned instanceof Leaf ? returned.describe().operation : describeValue(returned);
  throw misuse(`until: the function returned ${what}, which is an operation. Write yield* before it, without until().`);
}

/**
 * Waits for a promise, and completes with what it is fulfilled with.
 *
 * A promise can be waited for by any number of tasks, any number of times; it gets one handler in all. It is ready only after its settlement has been seen,
 * which is not before the event loop's next microtask, also when it is settled already. Its rejection counts as handled from the call of `until` on.
 *
 * A function is called anew each time the operation starts, outside any task, and gets a signal that is aborted when the operation is cancelled, or loses a
 * `select`. What becomes of its promise then is nobody's concern any more, nor is it waited for: where async code of your own has to clean up, start it as a
 * task with `go`. A throw of the function counts as a rejection.
 *
 * **Cancellation.** At once: a promise cannot be told, a function is told by its signal.
 *
 * @throws what the promise is rejected with; {@link MisuseError} at the call if it is given neither a promise nor a function
 * @example
 * const text = yield* until(async (signal) => (await fetch(url, { signal })).text());
 */
export function until<T>(source: PromiseLike<T> | ((signal: AbortSignal) => PromiseLike<T>)): Selectable<T> {
  if (source instanceof Leaf)
    throw misuse(`until: ${source.describe().operation} is an operation. Write yield* before it, without until().`);
  if (typeof source === "function")
    return new Calling<T>("until", source.name, (waiter) => new PromiseCall(waiter, source));
  if (typeof source === "object" && source !== null && typeof source.then === "function")
    return new UntilSettled(source);
  throw misuse(`until: expected a promise, or a function that returns one, got ${describeValue(source)}.`);
}
