// A mutex in shared memory. Its words are in mutex-words.ts; here is what one thread has in hand.
//
// Within this thread whoever unlocks looks at the line in the same step, so the first in line has the lock before any other task of this thread, unless another thread
// was quicker or is due.
//
// Invariants
//   there is a grant exactly while HOLDER names this thread as holder (or this handle was made anew while the thread held the lock)
//   nobody waits at the line while the lock is free, from the end of a step to the next

import { INSPECT } from "../../base/inspect.ts";
import { misuse } from "../../core/leaf.ts";
import { machine, NOT_READY } from "../../core/machine.ts";
import { READ, SELF, tellMade, touch, WRITE } from "../../core/tracker.ts";
import type { Checked, Operation, Outcome, Selectable } from "../../core/types.ts";
import type { Description, Runner } from "../../core/waiter.ts";
import { Grant, type Held, holderOf, type Lock } from "../../sync/grant.ts";
import { holding } from "../../sync/holding.ts";
import type { Lockable } from "../../sync/mutex.ts";
import { slotOf } from "../commons.ts";
import { defineKind, SharedObject } from "../directory.ts";
import { here, type Neighbours } from "../neighbours.ts";
import { LockLine, SharedLockLeaf } from "./lock-line.ts";
import { Makings, makingsOf } from "./makings.ts";
import {
  forgoMutex,
  HOLDER,
  HUNGRY,
  leaveMutex,
  MUTEX_WORDS,
  mendMutex,
  NOT_TAKEN,
  repairMutex,
  SLEEPERS,
  TAKEN,
  takeMutex,
} from "./mutex-words.ts";
import { notHeldHere, poisonedBy, saidOfHolder } from "./said.ts";

const KIND = "mutex";

/**
 * Mutual exclusion between the tasks of all threads that share it. It may be given to any thread, as an argument of a call or in a message, and is used there as a
 * `Mutex` is.
 *
 * Not reentrant: a task that locks twice waits for itself. Not bound to a task, but to the thread: another task may unlock, of the same thread. In one thread those who
 * wait are served first come, first served. Between threads there is no order, and a lock that is free goes to whoever is there first; but a thread that has been
 * passed over for a while is next, so none is starved. Locking and unlocking what nobody else wants does not touch the event loop.
 *
 * **Death.** When a thread dies that holds it, what it guards may be half done. So it is poisoned: whoever waits or comes later gets a `PoisonedError`, in every thread,
 * until one of them has made the guarded state sound again and calls `repair()`.
 *
 * @example
 * const ledger = new SharedMutex({ name: "ledger" });
 * yield* ledger.withLock(function* () {
 *   const page = yield* until(readFile(path));
 *   yield* until(writeFile(path, entered(page, item)));
 * });
 */
export class SharedMutex extends SharedObject implements Lockable {
  declare private readonly neighbours: Neighbours;
  declare readonly line: LockLine;
  /** What a task of this thread has in hand that holds it. @internal */
  declare grant: Grant | null;

  constructor(options?: { name?: string | undefined }) {
    const { memory, name, id } = makingsOf(options, "SharedMutex", "shared mutex", MUTEX_WORDS);
    super(KIND, memory, name, id);
    this.neighbours = here();
    this.line = new LockLine(this, this.words, SLEEPERS, HUNGRY);
    this.grant = null;
    tellMade(this);
  }

  /** Is it held by somebody, in any thread? Also true of a lock that is poisoned. */
  get locked(): boolean {
    touch(this, SELF, READ);
    return Atomics.load(this.words, HOLDER) !== 0;
  }

  /**
   * Locks, waiting until it is free. In this thread first come, first served. O(1). Disposing the value unlocks; after `unlock()` that does nothing.
   *
   * **Cancellation.** Nothing is held: either the lock is returned or the place in line is given up.
   *
   * @throws {@link PoisonedError} when a thread has died while it held the lock, until it is repaired
   * @example
   * using _ = yield* mutex.lock();
   */
  lock(): Selectable<Lock> {
    return new MutexLock(this);
  }

  /**
   * Locks if that needs no waiting; undefined if it is held. Part of the step it is called in, cancelled or not. O(1).
   *
   * @throws {@link PoisonedError} as `lock`
   */
  tryLock(): Lock | undefined {
    touch(this, SELF, WRITE);
    const raw = this.line.isTurn() ? this.take(machine.runner) : NOT_READY;
    return raw === NOT_READY ? undefined : this.given(raw, "tryLock");
  }

  /**
   * Unlocks. The first in line of this thread has the lock in the same step, unless another thread is due. Any task of the thread that has locked it may do that. O(1).
   *
   * @throws {@link MisuseError} if it is not locked, or not by this thread
   */
  unlock(): void {
    touch(this, SELF, WRITE);
    const holder = this.words[HOLDER] as number; // no other thread writes it while it is held here
    if (holder !== this.neighbours.who)
      throw notHeldHere("SharedMutex.unlock", this.name, { held: "held", locked: "locked", holder }, this.neighbours);
    this.release();
  }

  /**
   * Runs a body while it holds the lock, and unlocks however the body ends. What the body starts with `go` belongs to the extent around, and may go on after
   * the lock has been given back.
   *
   * **Cancellation.** While it waits for the lock, as `lock`. The body is cancelled as it would be without the lock, which is held until it has ended.
   *
   * @throws {@link PoisonedError} as `lock`; what the body throws
   */
  withLock<R>(body: () => R & Checked<R>): Operation<Outcome<R>> {
    return holding("SharedMutex.withLock", () => this.lock(), body);
  }

  /**
   * Declares what it guards sound again, after a thread has died that held it: from now on it is free.
   *
   * Until then nobody can lock it, so only one task may do the repairing: let one thread be in charge of that, such as the one that starts the others.
   *
   * @throws {@link MisuseError} if it is not poisoned
   */
  repair(): void {
    touch(this, SELF, WRITE);
    if (!repairMutex(this.words, this.neighbours))
      throw misuse(`SharedMutex.repair: "${this.name}" is not poisoned. Repair it once, after a PoisonedError.`);
    this.tellFree();
  }

  /** @internal */
  get isHeldHere(): boolean {
    return this.grant !== null;
  }

  /** Takes the lock if that is possible now: a grant, or the `who` of a thread that has died with it. @internal */
  take(runner: Runner | null): unknown {
    if (this.grant !== null) return NOT_READY;
    const taken = takeMutex(this.words, this.neighbours);
    if (taken === NOT_TAKEN) return NOT_READY;
    if (taken !== TAKEN) return taken;
    this.line.served();
    this.grant = new Grant(this, holderOf(runner), 1);
    return this.grant;
  }

  /** What the holder has in hand, for `restore`. @internal */
  get hold(): unknown {
    return this.grant;
  }

  /** It has been taken for the one who had it before: what that has in hand is to fit again. False if it has been given back meanwhile. @internal */
  restore(hold: unknown, taken: Lock): boolean {
    if (taken !== this.grant) return false;
    const grant = hold as Grant;
    grant.count = 1;
    grant.holder = this.grant.holder;
    this.grant.count = 0;
    this.grant = grant;
    return true;
  }

  /** Could `take` do something now? @internal */
  get isTakeable(): boolean {
    touch(this, SELF, WRITE);
    if (!this.line.isTurn() || this.grant !== null) return false;
    const { commons, who } = this.neighbours;
    const holder = Atomics.load(this.words, HOLDER);
    return holder === 0 || holder === ~who || !commons.isAlive(holder < 0 ? ~holder : holder);
  }

  /** What the taker gets of what `take` has answered. @internal */
  given(raw: unknown, verb: string): Lock {
    if (typeof raw !== "number") return raw as Grant;
    throw poisonedBy(`SharedMutex.${verb}`, this.name, "held", raw);
  }

  /** @internal */
  giveBack(): void {
    touch(this, SELF, WRITE);
    this.release();
  }

  /** @internal */
  looked(): void {}

  /** @internal */
  forgo(): void {
    if (forgoMutex(this.words, this.neighbours)) this.line.wakeOne();
  }

  /** Who has it, in words. @internal */
  get holders(): string[] {
    const holder = Atomics.load(this.words, HOLDER);
    return holder > 0 ? [saidOfHolder(holder, this.grant, this.neighbours)] : [];
  }

  protected mendFor(dead: number): void {
    mendMutex(this.words, dead);
    this.line.clear(slotOf(dead));
  }

  private release(): void {
    const { grant } = this;
    this.grant = null;
    if (grant !== null) grant.count = 0;
    const next = leaveMutex(this.words, this.neighbours);
    if (next !== 0) this.neighbours.rouse(slotOf(next));
    else this.line.wakeOne();
    if (this.line.isWanted) this.line.look();
  }

  private tellFree(): void {
    this.line.wakeOne();
    if (this.line.isWanted) this.line.look();
  }

  /** @internal */
  [INSPECT](): string {
    const { holders } = this;
    return `[shared mutex "${this.name}", ${holders.length > 0 ? `held by ${holders[0]}` : "free"}]`;
  }

  /** Throws when an invariant does not hold. @internal */
  check(): void {
    const holder = Atomics.load(this.words, HOLDER);
    const where = `SharedMutex "${this.name}"`;
    if (this.grant !== null && holder !== this.neighbours.who) throw new Error(`${where}: a grant, and not held here`);
    if (holder === 0 && this.line.isWanted) throw new Error(`${where}: somebody waits although it is free`);
  }
}

defineKind(KIND, (memory, name, id) => new SharedMutex(new Makings(memory, name, id)));

class MutexLock extends SharedLockLeaf {
  declare private readonly mutex: SharedMutex;

  constructor(mutex: SharedMutex) {
    super();
    this.mutex = mutex;
  }

  protected get line(): LockLine {
    return this.mutex.line;
  }

  ready(): boolean {
    return this.mutex.isTakeable;
  }

  override poll(): unknown {
    touch(this.mutex, SELF, WRITE);
    return super.poll();
  }

  attempt(runner: Runner | null): unknown {
    return this.mutex.take(runner);
  }

  override finish(raw: unknown): Lock {
    return this.mutex.given(raw, "lock");
  }

  override fails(raw: unknown): boolean {
    return typeof raw === "number";
  }

  blockers(): Held | null {
    return this.mutex.grant;
  }

  describe(): Description {
    const { mutex } = this;
    return { operation: "mutex.lock", object: mutex.name, heldBy: mutex.holders, outside: !mutex.isHeldHere };
  }
}
