// RwLock: many readers, or one writer.
//
// A waiting writer stops new readers, so writers are not starved. A writer that unlocks lets in all readers in line, so neither are readers. When the last
// reader leaves, the first writer in line is next. When a waiting writer gives up and no other waits, the readers behind it go in.
//
// Invariants
//   there is no reader while there is a writer, who has `grant`
//   a writer waits only while there is a writer, or readers; a reader waits only while there is a writer, or a waiting one (or until the end of the step
//   in which that one gave up)

import { INSPECT } from "../base/inspect.ts";
import { List } from "../base/list.ts";
import { misuse } from "../core/leaf.ts";
import { afterwards, machine, NOT_READY } from "../core/machine.ts";
import type { Tasklet } from "../core/task.ts";
import { ADD, SELF, tellMade, touch, WRITE } from "../core/tracker.ts";
import type { Checked, Operation, Outcome, Selectable } from "../core/types.ts";
import { complete, type Description, type Waiter } from "../core/waiter.ts";
import { LockLeaf } from "./cycle.ts";
import { Grant, Grants, type Held, holderOf, type Lock, nameIn, saidOf, takerOf } from "./grant.ts";
import { holding } from "./holding.ts";
import type { Lockable } from "./mutex.ts";

/**
 * A lock that many readers can hold at once, or one writer.
 *
 * A waiting writer stops new readers; a writer that unlocks lets in all readers in line; among writers, first come, first served. So neither side is
 * starved. Not reentrant: a task that reads and asks to read again waits for itself if a writer has come in between. Not bound to a task. Worth its price
 * over a `Mutex` only where many tasks read across a `yield*`.
 *
 * @example
 * yield* config.withReadLock(function* () { yield* serve(settings); });
 */
export class RwLock implements Lockable {
  /** For messages and reports. */
  declare readonly name: string;
  /** @internal */
  declare grant: Grant | null;
  declare private readonly readers: Grants;
  /** @internal */
  declare readonly waitingWriters: List<Waiter>;
  /** @internal */
  declare readonly waitingReaders: List<Waiter>;

  constructor(options?: { name?: string | undefined }) {
    this.name = nameIn(options, "RwLock");
    this.grant = null;
    this.readers = new Grants();
    this.waitingWriters = new List();
    this.waitingReaders = new List();
    tellMade(this);
  }

  /**
   * Locks for writing, waiting until there is neither a writer nor a reader. First come, first served among writers. O(1).
   *
   * **Cancellation.** Nothing is held: either the lock is returned or the place in line is given up, and readers that only this writer had stopped go in.
   */
  lock(): Selectable<Lock> {
    return new WriteLock(this);
  }

  /** Locks for writing if that needs no waiting. Part of the step it is called in, cancelled or not. O(1). */
  tryLock(): Lock | undefined {
    return this.admitsWriter() ? this.takeWrite(holderOf(machine.runner)) : undefined;
  }

  /**
   * The writer leaves: all readers in line go in, or if there is none the next writer. Any task may do that. O(readers in line).
   *
   * @throws {@link MisuseError} if it is not locked for writing
   */
  unlock(): void {
    if (this.grant === null)
      throw misuse(`RwLock.unlock: "${this.name}" is not locked for writing. Unlock once per lock, or use withLock().`);
    this.giveBack(this.grant);
  }

  /**
   * Locks for reading, waiting while there is a writer or one in line. O(1).
   *
   * **Cancellation.** Nothing is held: either the lock is returned or the place in line is given up.
   */
  readLock(): Selectable<Lock> {
    return new ReadLock(this);
  }

  /** Locks for reading if that needs no waiting. Part of the step it is called in, cancelled or not. O(1). */
  tryReadLock(): Lock | undefined {
    return this.admitsReader() ? this.takeRead(holderOf(machine.runner)) : undefined;
  }

  /**
   * A reader leaves, and the last one lets in the first writer in line. Gives back what the running task has held longest, or if it holds none, what has been
   * held longest of all. O(readers) at worst; disposing the lock is O(1).
   *
   * @throws {@link MisuseError} if it is not locked for reading
   */
  readUnlock(): void {
    const grant = this.readers.toGiveBack();
    if (grant === null)
      throw misuse(
        `RwLock.readUnlock: "${this.name}" is not locked for reading. Unlock once per readLock, or use withReadLock().`,
      );
    this.giveBack(grant);
  }

  /** Runs a body while it holds the lock for writing; otherwise as `Mutex.withLock`. */
  withLock<R>(body: () => R & Checked<R>): Operation<Outcome<R>> {
    return holding("RwLock.withLock", () => this.lock(), body);
  }

  /** Runs a body while it holds the lock for reading; otherwise as `Mutex.withLock`. */
  withReadLock<R>(body: () => R & Checked<R>): Operation<Outcome<R>> {
    return holding("RwLock.withReadLock", () => this.readLock(), body);
  }

  /** @internal */
  admitsWriter(): boolean {
    touch(this, SELF, WRITE);
    return this.grant === null && this.readers.head === null;
  }

  /** @internal */
  admitsReader(): boolean {
    const admits = this.grant === null && this.waitingWriters.head === null;
    touch(this, SELF, admits ? ADD : WRITE); // readers do not mind each other
    return admits;
  }

  /** @internal */
  takeWrite(holder: Tasklet<unknown> | null): Grant {
    const grant = new Grant(this, holder, 1);
    this.grant = grant;
    return grant;
  }

  /** @internal */
  takeRead(holder: Tasklet<unknown> | null): Grant {
    const grant = new Grant(this, holder, 1);
    this.readers.push(grant);
    return grant;
  }

  /** @internal */
  giveBack(grant: Grant): void {
    touch(this, SELF, grant === this.grant || this.waitingWriters.head !== null ? WRITE : ADD);
    grant.count = 0;
    if (grant === this.grant) {
      this.grant = null;
      if (this.waitingReaders.head === null) this.admitOneWriter();
      else this.admitReaders();
    } else {
      this.readers.remove(grant);
      if (this.readers.head !== null) return;
      if (this.waitingWriters.head === null) this.admitReaders();
      else this.admitOneWriter();
    }
  }

  /** A writer has left the line. Readers go in when nothing is half done: one of them may be a case of the very select that is being withdrawn. @internal */
  writerGaveUp(): void {
    if (this.waitingReaders.head === null || !this.admitsReader()) return;
    afterwards(() => {
      if (this.admitsReader()) this.admitReaders();
    });
  }

  private admitOneWriter(): void {
    const waiter = this.waitingWriters.shift();
    if (waiter === null) return;
    const grant = new Grant(this, holderOf(waiter.runner), 1);
    this.grant = grant;
    complete(waiter, grant);
  }

  private admitReaders(): void {
    for (let waiter = this.waitingReaders.shift(); waiter !== null; waiter = this.waitingReaders.shift()) {
      const grant = new Grant(this, holderOf(waiter.runner), 1);
      this.readers.push(grant);
      complete(waiter, grant);
    }
  }

  /** The first of those who have it, whom everybody in line waits for. @internal */
  get held(): Grant | null {
    return this.grant ?? this.readers.head;
  }

  /** Who has it, in words. @internal */
  holders(): string[] {
    return this.grant === null ? this.readers.holders() : [saidOf(this.grant)];
  }

  /** What the writer has in hand, for `restore`. @internal */
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

  /** @internal */
  [INSPECT](): string {
    return `[rwlock "${this.name}", ${this.held === null ? "free" : `held by ${this.holders().join(", ")}`}]`;
  }

  /** Throws when an invariant does not hold. @internal */
  check(): void {
    const { grant: writer, readers, waitingWriters, waitingReaders } = this;
    const where = `RwLock "${this.name}"`;
    readers.check();
    waitingWriters.check();
    waitingReaders.check();
    if (writer !== null && readers.head !== null) throw new Error(`${where}: a writer and readers hold it`);
    if (waitingWriters.head !== null && this.held === null) throw new Error(`${where}: a writer waits for nobody`);
    if (waitingReaders.head !== null && this.admitsReader()) throw new Error(`${where}: a reader waits for nobody`);
  }
}

class WriteLock extends LockLeaf {
  declare private readonly lock: RwLock;

  constructor(lock: RwLock) {
    super();
    this.lock = lock;
  }

  ready(): boolean {
    return this.lock.admitsWriter();
  }

  poll(): unknown {
    return this.lock.admitsWriter() ? this.lock.takeWrite(takerOf(this)) : NOT_READY;
  }

  enlist(waiter: Waiter): void {
    this.lock.waitingWriters.push(waiter);
    this.warnOfCycle(waiter);
  }

  delist(waiter: Waiter): void {
    touch(this.lock, SELF, WRITE);
    this.lock.waitingWriters.remove(waiter);
    this.lock.writerGaveUp();
  }

  override blockers(): Held | null {
    return this.lock.held;
  }

  describe(): Description {
    return { operation: "rwlock.lock", object: this.lock.name, heldBy: this.lock.holders() };
  }
}

class ReadLock extends LockLeaf {
  declare private readonly lock: RwLock;

  constructor(lock: RwLock) {
    super();
    this.lock = lock;
  }

  ready(): boolean {
    return this.lock.admitsReader();
  }

  poll(): unknown {
    return this.lock.admitsReader() ? this.lock.takeRead(takerOf(this)) : NOT_READY;
  }

  enlist(waiter: Waiter): void {
    this.lock.waitingReaders.push(waiter);
    this.warnOfCycle(waiter);
  }

  delist(waiter: Waiter): void {
    touch(this.lock, SELF, WRITE);
    this.lock.waitingReaders.remove(waiter);
  }

  override blockers(): Held | null {
    return this.lock.held;
  }

  describe(): Description {
    return { operation: "rwlock.readLock", object: this.lock.name, heldBy: this.lock.holders() };
  }
}
