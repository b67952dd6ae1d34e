// The leaf protocol: what every waiting thing in the library speaks. A leaf is an operation with one commit point.
//
//   ready()      could it commit now? Changes nothing.
//   poll()       commits if it can, and answers NOT_READY if not.
//   enlist(w)    registers a waiter; from now on a peer may commit it by unlinking and completing the waiter.
//   delist(w)    takes the waiter back; the operation has then done nothing.
//   finish(raw)  makes the value the user gets of what the commit handed over; runs in the task that waited.
//   failed(e)    the same for a peer that has failed it; throws.
//   fails(raw)   would finish throw? For `any`, which lives with failures.
//
// A leaf is its own iterator, and keeps nothing of one use: that lies in the task that runs, so one leaf may be yielded by several tasks at once, and
// again. `next` is called with undefined to start, with RESUME when the task's turn has come, with PROBE when somebody asks where it stands.

import { Cancelled, MisuseError } from "../base/errors.ts";
import { INSPECT } from "../base/inspect.ts";
import { machine, NOT_READY, PARKED, PROBE, RESUME } from "./machine.ts";
import type { Selectable, Suspend } from "./types.ts";
import type { Awaited, Description, Home, Runner } from "./waiter.ts";
import { CANCEL, ERROR, READY, RETRY, RUNNING, TOLD, VALUE, WAITING, Waiter, wake } from "./waiter.ts";

type Step<T> = IteratorResult<Suspend, T>;

export abstract class Leaf<T> implements Selectable<T>, Awaited {
  /** The task that made it. An `await` calls `then` a microtask later, when no task runs any more: cancelling must still reach it. */
  declare maker: Runner | null | undefined;

  /** A task, which is a leaf too, is its own; it remembers no maker. */
  constructor(made = true) {
    if (!made) return;
    this.maker = machine.runner;
    if (machine.made !== null) machine.made(this);
  }

  abstract ready(): boolean;
  abstract poll(): unknown;
  abstract enlist(waiter: Waiter): void;
  abstract delist(waiter: Waiter): void;
  abstract describe(): Description;

  finish(raw: unknown): T {
    return raw as T;
  }

  failed(error: unknown): T {
    throw error;
  }

  /** Would `finish` throw, as far as that can be told without calling code of users? */
  fails(_raw: unknown): boolean {
    return false;
  }

  [Symbol.iterator](): this {
    return this;
  }

  next(input?: unknown): Step<T> {
    return input === undefined ? start(this) : resume(this, input);
  }

  /** A generator is unwound through the leaf it is parked at: the leaf has already been taken back. */
  throw(error: unknown): Step<T> {
    withdraw(this);
    throw error;
  }

  return(value?: unknown): Step<T> {
    if (withdraw(this))
      throw misuse(`${this.describe().operation}: an operation was iterated. Write yield* before it, once.`);
    return { done: true, value: value as T };
  }

  then<A = T, B = never>(
    onfulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onrejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    const attempt = this.home().attempt(this) as Promise<T>;
    const settled = attempt.then(onfulfilled, onrejected);
    // An await handles every rejection. Otherwise nobody needs to handle that the library has cancelled the operation.
    if (typeof onrejected !== "function") {
      attempt.catch((error) => {
        if (error instanceof Cancelled) settled.catch(() => {});
      });
    }
    return settled;
  }

  /** The program in which it is awaited. */
  protected home(): Home {
    const home = this.maker?.program ?? machine.ambient;
    if (home === null)
      throw new MisuseError(
        `${this.describe().operation}: awaited before the package was loaded. Import from "offshoot".`,
      );
    return home;
  }

  /** @internal */
  [INSPECT](): string {
    const { operation, object } = this.describe();
    return `[${operation} ${object}]`;
  }

  map<U>(f: (value: T) => U): Selectable<U> {
    if (typeof f !== "function") throw misuse(`${this.describe().operation}.map: the mapping must be a function.`);
    return new Mapped(this, f);
  }
}

/** A leaf whose value is passed through a function, in the task that waited. */
class Mapped<T, U> extends Leaf<U> {
  declare private readonly inner: Leaf<T>;
  declare private readonly f: (value: T) => U;

  constructor(inner: Leaf<T>, f: (value: T) => U) {
    super();
    this.inner = inner;
    this.f = f;
  }

  ready(): boolean {
    return this.inner.ready();
  }

  poll(): unknown {
    return this.inner.poll();
  }

  enlist(waiter: Waiter): void {
    this.inner.enlist(waiter);
  }

  delist(waiter: Waiter): void {
    this.inner.delist(waiter);
  }

  describe(): Description {
    return this.inner.describe();
  }

  override finish(raw: unknown): U {
    return this.f(this.inner.finish(raw));
  }

  override fails(raw: unknown): boolean {
    return this.inner.fails(raw);
  }
}

/** Starts an operation in the current task: completes it at once, or parks the task at it. */
export function start<T>(leaf: Leaf<T>): Step<T> {
  if (machine.credit > 0) {
    machine.credit--;
    const raw = leaf.poll();
    return raw === NOT_READY ? park(leaf) : { done: true, value: leaf.finish(raw) };
  }
  return startSlowly(leaf);
}

/** Goes on with an operation whose task has been resumed. */
export function resume<T>(leaf: Leaf<T>, input: unknown): Step<T> {
  const runner = machine.runner;
  if (input === PROBE) return probed();
  if (input !== RESUME || runner === null) throw misuse("An operation was iterated by hand. Write yield* before it.");
  const { result } = runner;
  runner.result = undefined;
  switch (runner.wake) {
    case VALUE:
      return { done: true, value: leaf.finish(result) };
    case ERROR:
      return { done: true, value: leaf.failed(result) };
    case CANCEL:
      machine.reserve--;
      runner.flags |= TOLD;
      throw runner.cancelled;
    default:
      return start(leaf);
  }
}

/** Parks the current task at a leaf that is not ready. */
export function park<T>(leaf: Leaf<T>): Step<T> {
  leaf.enlist(parking(leaf));
  return PARKED as Step<T>;
}

/** Prepares the current task for being parked at a leaf: the caller enlists the waiter and yields PARKED. */
export function parking(leaf: Awaited): Waiter {
  const runner = machine.runner as Runner;
  let { waiter } = runner;
  if (waiter === null) {
    waiter = new Waiter(runner, null, 0);
    runner.waiter = waiter;
  }
  if (waiter.leaf !== leaf) waiter.leaf = leaf; // a comparison costs less than a store of a pointer
  runner.state = WAITING;
  runner.since = machine.tick;
  machine.credit = 0;
  return waiter;
}

/** Gives up the turn: the task goes to the tail, and then does what `why` says. */
export function requeue<T>(leaf: Leaf<T>, why: number): Step<T> {
  const runner = machine.runner as Runner;
  if (runner.waiter === null) runner.waiter = new Waiter(runner, null, 0);
  runner.waiter.leaf = leaf;
  machine.credit = 0;
  wake(runner, why, undefined);
  return PARKED as Step<T>;
}

/** Something has to be looked into first; see machine.ts for what that may be. */
function startSlowly<T>(leaf: Leaf<T>): Step<T> {
  const { runner } = machine;
  // 1 is there a task, and is it at liberty to start an operation?
  if (runner === null) {
    throw misuse(
      `${leaf.describe().operation}: yield* works only inside a task. Use await here, or start a task with run() or go().`,
    );
  }
  if (runner.state !== RUNNING) {
    withdraw(runner.waiter?.leaf ?? leaf);
    throw misuse(`${leaf.describe().operation}: an operation was iterated. Write yield* before it, once.`);
  }
  // 2 cancelled: every operation throws, ready or not; so often in one turn as the budget allows
  const { cancelled } = runner;
  if (cancelled !== null) {
    if (machine.reserve <= 0) return requeue(leaf, RETRY);
    machine.reserve--;
    runner.flags |= TOLD;
    throw cancelled;
  }
  // 3 budget spent: let the others have their turn
  if (machine.reserve <= 0) return requeue(leaf, RETRY);
  // 4 a policy is there: it may let another task go first, or let a timer go off that cancels this one
  if (runner.program.scheduler.masks) {
    if (!runner.program.scheduler.goesOn(leaf)) return requeue(leaf, RETRY);
    if (runner.cancelled !== null) return startSlowly(leaf);
  }
  machine.reserve--;
  const raw = leaf.poll();
  return raw === NOT_READY ? park(leaf) : { done: true, value: leaf.finish(raw) };
}

/**
 * Undoes what a leaf has done to the running task that iterates it by hand: the task is parked, or in the run queue, although it still runs. Says whether
 * that was so.
 */
function withdraw(leaf: Awaited): boolean {
  const { runner } = machine;
  if (runner === null || runner.waiter === null || runner.waiter.leaf !== leaf) return false;
  if (runner.state === WAITING) leaf.delist(runner.waiter);
  else if (runner.state === READY) runner.program.scheduler.unready(runner);
  else return false;
  runner.state = RUNNING;
  machine.reserve = 1;
  return true;
}

/** Where the last probe found the generator, or null. The stack is put into words, which is dear, only when it is read. */
export const probe: { held: { readonly stack?: string } | null } = { held: null };

/** Notes where the generator stands that is being probed, and parks it again. */
export function probed<T>(): Step<T> {
  const holder: { stack?: string } = {};
  Error.captureStackTrace(holder, probed);
  probe.held = holder;
  return PARKED as Step<T>;
}

/** A MisuseError that names the task it happened in. */
export function misuse(message: string): MisuseError {
  const { runner } = machine;
  return new MisuseError(message, { task: runner === null ? undefined : { id: runner.id, name: runner.name } });
}
