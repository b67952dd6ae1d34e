// Condition: waiting, in the midst of a lock, for what another task will do under that lock.
//
//   1 release the lock and stand in line, in one step, so that no signal falls between
//   2 wait for a signal
//   3 take the lock again, also when cancelled; what the holder has in hand is valid again
//   4 cancelled? then a signal that has been taken goes to the next in line
//
// Two commit points, 1 and 3, so it is an operation and no leaf.

import { describeValue, MisuseError } from "../base/errors.ts";
import { List } from "../base/list.ts";
import { Composite } from "../core/body.ts";
import { shield } from "../core/extent.ts";
import { Leaf, misuse } from "../core/leaf.ts";
import { machine, NOT_READY } from "../core/machine.ts";
import { SELF, tellMade, touch, WRITE } from "../core/tracker.ts";
import type { Operation, Suspend } from "../core/types.ts";
import { complete, type Description, type Waiter } from "../core/waiter.ts";
import { type Lock, nameIn } from "./grant.ts";
import type { Lockable } from "./mutex.ts";

/** What a waiter is completed with: by `signal`, which is for one, or by `broadcast`. */
const SIGNAL: unknown = Symbol("signal");
const BROADCAST: unknown = Symbol("broadcast");

/** A lock of this package: when it has been taken again, what its holder has in hand can be made valid again. */
interface Restorable extends Lockable {
  readonly hold: unknown;
  restore(hold: unknown, taken: Lock): boolean;
}

/**
 * Lets tasks that hold a lock wait until another one has changed what the lock protects. Often a channel says the same with less.
 *
 * @example
 * yield* mutex.withLock(function* () {
 *   while (queue.length === 0) yield* filled.wait(); // again: another task may have been faster
 *   return queue.shift();
 * });
 */
export class Condition {
  /** For messages and reports. */
  declare readonly name: string;
  declare private readonly lock: Lockable;
  declare private readonly waiters: List<Waiter>;

  /** @throws {@link MisuseError} if the lock has no `lock` and `unlock` */
  constructor(lock: Lockable, options?: { name?: string | undefined }) {
    if (typeof lock?.lock !== "function" || typeof lock.unlock !== "function")
      throw misuse(`Condition: expected a lock such as a Mutex, got ${describeValue(lock)}.`);
    this.name = nameIn(options, "Condition", (lock as { name?: string }).name);
    this.lock = lock;
    this.waiters = new List();
    tellMade(this);
  }

  /**
   * Releases the lock, waits for a signal, and locks again. The lock must be held, by whom does not matter. No signal is lost between release and wait, and
   * nobody is woken without one. First come, first served. O(1).
   *
   * **Cancellation.** Takes the lock again before it throws, so that cleanup finds it held. A signal that it had already taken goes to the next in line.
   *
   * @throws {@link MisuseError} if the lock is not held
   */
  wait(): Operation<void> {
    return new Composite("Condition.wait", () => this.perform());
  }

  /** Wakes the one that has waited longest, if anybody waits. The lock need not be held. O(1). */
  signal(): void {
    touch(this, SELF, WRITE);
    const waiter = this.waiters.shift();
    if (waiter !== null) complete(waiter, SIGNAL);
  }

  /** Wakes all who wait now, in the order they came. O(waiting). */
  broadcast(): void {
    touch(this, SELF, WRITE);
    // Those who wait now: a waiter that is completed cannot stand in line again before its turn.
    for (let waiter = this.waiters.shift(); waiter !== null; waiter = this.waiters.shift()) complete(waiter, BROADCAST);
  }

  private *perform(): Generator<Suspend, void, unknown> {
    const { lock } = this;
    const ours = "restore" in lock && "hold" in lock ? (lock as Restorable) : null;
    let hold: unknown;
    let taken: unknown = null;
    let released = false;
    try {
      taken = yield* new Signalled(this, () => {
        hold = ours?.hold;
        this.release();
        released = true;
      });
    } finally {
      if (released) {
        taken = this.passOn(taken);
        yield* this.retake(ours, hold);
        this.passOn(taken);
      }
    }
    const cancelled = machine.runner?.cancelled ?? null;
    if (cancelled !== null) throw cancelled;
  }

  /** Takes the lock again, for the one who had it. */
  private *retake(ours: Restorable | null, hold: unknown): Generator<Suspend, void, unknown> {
    const taken = yield* shield(this.lock.lock());
    if (ours !== null && !ours.restore(hold, taken))
      throw misuse(`Condition.wait: "${this.name}" was unlocked by somebody else while it was being taken again.`);
  }

  /** A task that is cancelled has no use for a signal. Answers the signal that is still its own. */
  private passOn(taken: unknown): unknown {
    if (taken !== SIGNAL || (machine.runner?.cancelled ?? null) === null) return taken;
    this.signal();
    return null;
  }

  private release(): void {
    try {
      this.lock.unlock();
    } catch (error) {
      if (!(error instanceof MisuseError)) throw error;
      throw misuse(`Condition.wait: the lock of "${this.name}" is not held. Lock it first, and wait while holding it.`);
    }
  }

  /** @internal */
  enter(waiter: Waiter): void {
    touch(this, SELF, WRITE);
    this.waiters.push(waiter);
  }

  /** @internal */
  leave(waiter: Waiter): void {
    touch(this, SELF, WRITE);
    this.waiters.remove(waiter);
  }

  /** Throws when an invariant does not hold. @internal */
  check(): void {
    this.waiters.check();
  }
}

/** Releases the lock when it is polled, which is the same step in which it is enlisted. Used once, and never in a select. */
class Signalled extends Leaf<unknown> {
  declare private readonly condition: Condition;
  declare private readonly release: () => void;

  constructor(condition: Condition, release: () => void) {
    super();
    this.condition = condition;
    this.release = release;
  }

  ready(): boolean {
    return false;
  }

  poll(): unknown {
    this.release();
    const cancelled = machine.runner?.cancelled ?? null;
    if (cancelled !== null) throw cancelled; // by what the lock does when it is unlocked
    return NOT_READY;
  }

  enlist(waiter: Waiter): void {
    this.condition.enter(waiter);
  }

  delist(waiter: Waiter): void {
    this.condition.leave(waiter);
  }

  describe(): Description {
    return { operation: "condition.wait", object: this.condition.name, heldBy: [] };
  }
}
