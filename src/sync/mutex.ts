// Mutex: one holder at a time. Unlocking hands the lock to the first in line, in the same step: nobody can slip in between.
//
// Invariants
//   while somebody waits, it is locked
//   its grant is null or has count 1

import { List } from "../base/list.ts";
import { misuse, parking, resume, start } from "../core/leaf.ts";
import { machine, NOT_READY, PARKED } from "../core/machine.ts";
import type { Tasklet } from "../core/task.ts";
import type { Checked, Operation, Outcome, Selectable, Suspend } from "../core/types.ts";
import { complete, type Description, type Waiter } from "../core/waiter.ts";
import { LockLeaf } from "./cycle.ts";
import { Grant, holderOf, type Lock, nameIn, saidOf, takerOf } from "./grant.ts";
import { holding } from "./holding.ts";

/** What a `Condition` can be made for. */
export interface Lockable {
  lock(): Selectable<Lock>;
  unlock(): void;
}

/**
 * Mutual exclusion between tasks: what one task does between `lock` and `unlock` no other task that locks sees half done.
 *
 * Code between two `yield*` runs undisturbed without any lock. A mutex is for what must stay whole across a `yield*`.
 *
 * Not reentrant: a task that locks twice waits for itself. Not bound to a task: another one may unlock. Those who wait are served first come, first served;
 * `unlock` hands the lock to the first of them, so nobody barges in. Locks that wait for each other in a circle are told on standard error at once.
 *
 * @example
 * const accounts = new Mutex({ name: "accounts" });
 * yield* accounts.withLock(function* () {
 *   const balance = yield* load();
 *   yield* save(balance - 10);
 * });
 */
export class Mutex implements Lockable {
  /** For messages and reports. */
  declare readonly name: string;
  /** What its holder has, or null while it is free. @internal */
  declare grant: Grant | null;
  /** @internal */
  declare readonly waiters: List<Waiter>;

  constructor(options?: { name?: string | undefined }) {
    this.name = nameIn(options, "Mutex");
    this.grant = null;
    this.waiters = new List();
  }

  /** Is it held by somebody? */
  get locked(): boolean {
    return this.grant !== null;
  }

  /**
   * Locks, waiting until it is free. First come, first served. O(1). Disposing the value unlocks; after `unlock()` that does nothing.
   *
   * **Cancellation.** Nothing is held: either the lock is returned or the place in line is given up.
   *
   * @example
   * using _ = yield* mutex.lock();
   */
  lock(): Selectable<Lock> {
    return new MutexLock(this);
  }

  /** Locks if that needs no waiting; undefined if it is held. Part of the step it is called in, cancelled or not. O(1). */
  tryLock(): Lock | undefined {
    return this.grant === null ? this.take(holderOf(machine.runner)) : undefined;
  }

  /**
   * Unlocks, and hands the lock to the first in line. Any task may do that, or code outside tasks. O(1).
   *
   * @throws {@link MisuseError} if it is not locked
   */
  unlock(): void {
    if (this.grant === null)
      throw misuse(`Mutex.unlock: "${this.name}" is not locked. Unlock once per lock, or use withLock().`);
    this.giveBack(this.grant);
  }

  /**
   * Runs a body while it holds the lock, and unlocks however the body ends. What the body starts with `go` belongs to the extent around, and may go on after
   * the lock has been given back.
   *
   * **Cancellation.** While it waits for the lock, as `lock`. The body is cancelled as it would be without the lock, which is held until it has ended.
   *
   * @throws what the body throws
   */
  withLock<R>(body: () => R & Checked<R>): Operation<Outcome<R>> {
    return holding("Mutex.withLock", () => this.lock(), body);
  }

  /** Takes the lock, which is free. @internal */
  take(holder: Tasklet<unknown> | null): Grant {
    const grant = new Grant(this, holder, 1);
    this.grant = grant;
    return grant;
  }

  /** @internal */
  giveBack(grant: Grant): void {
    grant.count = 0;
    const waiter = this.waiters.shift();
    if (waiter === null) {
      this.grant = null;
      return;
    }
    const next = new Grant(this, holderOf(waiter.runner), 1);
    this.grant = next;
    complete(waiter, next);
  }

  /** It has been taken for the one who had it before. @internal */
  restore(grant: Grant): void {
    const taken = this.grant as Grant;
    taken.count = 0;
    grant.count = 1;
    grant.holder = taken.holder;
    this.grant = grant;
  }

  /** Throws when an invariant does not hold. @internal */
  check(): void {
    this.waiters.check();
    if (this.waiters.head !== null && this.grant === null)
      throw new Error(`Mutex "${this.name}": somebody waits although it is free`);
    if (this.grant !== null && this.grant.count !== 1)
      throw new Error(`Mutex "${this.name}": its grant has been given back`);
  }
}

class MutexLock extends LockLeaf {
  declare readonly mutex: Mutex;

  constructor(mutex: Mutex) {
    super();
    this.mutex = mutex;
  }

  // The inherited `next`, step by step: see channel/leaves.ts for what that is worth.
  override next(input?: unknown): IteratorResult<Suspend, Lock> {
    if (input !== undefined) return resume(this, input);
    if (machine.credit <= 0) return start(this);
    machine.credit--;
    const { mutex } = this;
    if (mutex.grant === null) return { done: true, value: mutex.take(holderOf(machine.runner)) };
    this.enlist(parking(this));
    return PARKED as IteratorResult<Suspend, Lock>;
  }

  ready(): boolean {
    return this.mutex.grant === null;
  }

  poll(): unknown {
    return this.mutex.grant === null ? this.mutex.take(takerOf(this)) : NOT_READY;
  }

  enlist(waiter: Waiter): void {
    this.mutex.waiters.push(waiter);
    this.warnOfCycle(waiter);
  }

  delist(waiter: Waiter): void {
    this.mutex.waiters.remove(waiter);
  }

  override blockers(): Grant | null {
    return this.mutex.grant;
  }

  describe(): Description {
    const { name, grant } = this.mutex;
    return { operation: "mutex.lock", object: name, heldBy: grant === null ? [] : [saidOf(grant)] };
  }
}
