// Mutex: one holder at a time. Unlocking hands the lock to the first in line, in the same step: nobody can slip in between.
//
// Invariants
//   while somebody waits, it is locked
//   it is locked exactly while it has the number of a key

import { INSPECT } from "../base/inspect.ts";
import { List } from "../base/list.ts";
import { misuse, parking, resume, start } from "../core/leaf.ts";
import { machine, NOT_READY, PARKED } from "../core/machine.ts";
import type { Tasklet } from "../core/task.ts";
import { READ, SELF, tellMade, touch, WRITE } from "../core/tracker.ts";
import type { Checked, Operation, Outcome, Selectable, Suspend } from "../core/types.ts";
import { complete, type Description, type Waiter } from "../core/waiter.ts";
import { LockLeaf } from "./cycle.ts";
import { type Held, holderOf, type Lock, nameIn, saidOf, takerOf } from "./grant.ts";
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
  /** Who holds it; null also for code outside tasks. @internal */
  declare holder: Tasklet<unknown> | null;
  /** It has but one holder. @internal */
  declare readonly after: null;
  /** The number of the key that unlocks it, or 0 while it is free. @internal */
  declare key: number;
  declare private keys: number;
  /** @internal */
  declare readonly waiters: List<Waiter>;

  constructor(options?: { name?: string | undefined }) {
    this.name = nameIn(options, "Mutex");
    this.holder = null;
    this.after = null;
    this.key = FREE;
    this.keys = 0;
    this.waiters = new List();
    tellMade(this);
  }

  /** Is it held by somebody? */
  get locked(): boolean {
    touch(this, SELF, READ);
    return this.key !== FREE;
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
    touch(this, SELF, WRITE);
    return this.key === FREE ? this.take(holderOf(machine.runner)) : undefined;
  }

  /**
   * Unlocks, and hands the lock to the first in line. Any task may do that, or code outside tasks. O(1).
   *
   * @throws {@link MisuseError} if it is not locked
   */
  unlock(): void {
    touch(this, SELF, WRITE);
    if (this.key === FREE)
      throw misuse(`Mutex.unlock: "${this.name}" is not locked. Unlock once per lock, or use withLock().`);
    const waiter = this.waiters.shift();
    if (waiter === null) {
      this.key = FREE;
      this.holder = null;
    } else complete(waiter, this.take(holderOf(waiter.runner)));
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
  take(holder: Tasklet<unknown> | null): Key {
    this.keys = (this.keys + 1) | 0 || 1; // stays a small integer; comes round after four thousand million locks
    this.key = this.keys;
    this.holder = holder;
    return new Key(this, this.keys);
  }

  /** What the holder has in hand, for `restore`. @internal */
  get hold(): unknown {
    return this.key;
  }

  /** It has been taken for the one who had it before: what that has in hand is to fit again. False if it has been given back meanwhile. @internal */
  restore(hold: unknown, taken: Lock): boolean {
    if ((taken as Key).key !== this.key) return false;
    this.key = hold as number;
    return true;
  }

  /** @internal */
  [INSPECT](): string {
    return `[mutex "${this.name}", ${this.key !== FREE ? `held by ${saidOf(this)}` : "free"}]`;
  }

  /** Throws when an invariant does not hold. @internal */
  check(): void {
    this.waiters.check();
    if (this.key !== FREE) return;
    if (this.waiters.head !== null) throw new Error(`Mutex "${this.name}": somebody waits although it is free`);
    if (this.holder !== null) throw new Error(`Mutex "${this.name}": it is free, and has a holder`);
  }
}

const FREE = 0;

/** What the holder of a mutex has in hand. It holds the number of a key rather than being the key: storing a number in the mutex costs less than an object. */
class Key implements Lock {
  declare private readonly mutex: Mutex;
  declare readonly key: number;

  constructor(mutex: Mutex, key: number) {
    this.mutex = mutex;
    this.key = key;
  }

  /** @internal */
  [INSPECT](): string {
    return `[a lock of mutex "${this.mutex.name}"${this.mutex.key === this.key ? "" : ", given back"}]`;
  }

  [Symbol.dispose](): void {
    if (this.mutex.key === this.key) this.mutex.unlock();
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
    if (mutex.key === FREE) return { done: true, value: mutex.take(holderOf(machine.runner)) };
    this.enlist(parking(this));
    return PARKED as IteratorResult<Suspend, Lock>;
  }

  ready(): boolean {
    touch(this.mutex, SELF, WRITE);
    return this.mutex.key === FREE;
  }

  poll(): unknown {
    touch(this.mutex, SELF, WRITE);
    return this.mutex.key === FREE ? this.mutex.take(takerOf(this)) : NOT_READY;
  }

  enlist(waiter: Waiter): void {
    this.mutex.waiters.push(waiter);
    this.warnOfCycle(waiter);
  }

  delist(waiter: Waiter): void {
    touch(this.mutex, SELF, WRITE);
    this.mutex.waiters.remove(waiter);
  }

  override blockers(): Held | null {
    return this.mutex.key === FREE ? null : this.mutex;
  }

  describe(): Description {
    const { mutex } = this;
    return { operation: "mutex.lock", object: mutex.name, heldBy: mutex.key === FREE ? [] : [saidOf(mutex)] };
  }
}
