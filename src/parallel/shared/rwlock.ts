// A lock for many readers or one writer, in shared memory. Its words are in rwlock-words.ts; here is what one thread has in hand.
//
// Within this thread it is as with `RwLock`: a waiting writer stops new readers; a writer that unlocks lets in all readers in line; among writers it is first come,
// first served.
//
// Invariants
//   this thread has a share exactly while a task of it reads, or while one is kept for it
//   there is a grant exactly while WRITER names this thread as the one that writes
//   a reader waits only while a task in some thread writes, or waits to (or until the end of the step in which that one gave up)

import { INSPECT } from "../../base/inspect.ts";
import { misuse } from "../../core/leaf.ts";
import { machine, NOT_READY } from "../../core/machine.ts";
import { SELF, tellMade, touch, WRITE } from "../../core/tracker.ts";
import type { Checked, Operation, Outcome, Selectable } from "../../core/types.ts";
import type { Runner } from "../../core/waiter.ts";
import { Grant, Grants, holderOf, type Lock } from "../../sync/grant.ts";
import { holding } from "../../sync/holding.ts";
import type { Lockable } from "../../sync/mutex.ts";
import { slotOf } from "../commons.ts";
import { defineKind, SharedObject } from "../directory.ts";
import { here, type Neighbours } from "../neighbours.ts";
import { LockLine } from "./lock-line.ts";
import { Makings, makingsOf } from "./makings.ts";
import { NOT_TAKEN, TAKEN } from "./mutex-words.ts";
import { ReadLock, WriteLock } from "./rwlock-leaves.ts";
import {
  admitsReaders,
  enterRwLock,
  forgoRead,
  forgoWrite,
  HUNGRY_READER,
  HUNGRY_WRITER,
  hasReaders,
  leaveRead,
  leaveWrite,
  mendRwLock,
  READERS,
  RWLOCK_WORDS,
  readersOf,
  repairRwLock,
  takeKept,
  takeRead,
  takeWrite,
  WRITER,
  WRITERS,
} from "./rwlock-words.ts";
import { notHeldHere, poisonedBy, saidOfHolder, saidOfThread } from "./said.ts";

const KIND = "rwlock";

/**
 * A lock that many readers can hold at once, in all threads that share it, or one writer. It may be given to any thread, as an argument of a call or in a message,
 * and is used there as an `RwLock` is.
 *
 * A waiting writer stops new readers. In one thread, a writer that unlocks lets in all readers in line, and among writers it is first come, first served. Between
 * threads there is no order, but a thread that has been passed over for a while is next, so neither side is starved. Not reentrant: a task that reads and asks to
 * read again waits for itself if a writer has come in between. Not bound to a task, but to the thread.
 *
 * **Death.** When a thread dies whose task writes, what the lock guards may be half done. So it is poisoned, for readers and writers: see `SharedMutex`. A thread
 * that dies while it reads has left nothing half done, and what it held is given back.
 *
 * @example
 * yield* settings.withReadLock(function* () { yield* serve(view); });
 */
export class SharedRwLock extends SharedObject implements Lockable {
  declare private readonly neighbours: Neighbours;
  /** @internal */
  declare readonly writersLine: LockLine;
  /** @internal */
  declare readonly readersLine: LockLine;
  /** What the writer has in hand, if it is of this thread. @internal */
  declare grant: Grant | null;
  /** What those of this thread have in hand that read. @internal */
  declare readonly readers: Grants;
  /** This thread has a share, for all of its readers that are in line. */
  declare private letsIn: boolean;

  constructor(options?: { name?: string | undefined }) {
    const { memory, name, id } = makingsOf(options, "SharedRwLock", "shared rwlock", RWLOCK_WORDS);
    super(KIND, memory, name, id);
    this.neighbours = here();
    this.writersLine = new LockLine(this, this.words, WRITERS, HUNGRY_WRITER);
    this.readersLine = new LockLine(this, this.words, READERS, HUNGRY_READER);
    this.grant = null;
    this.readers = new Grants();
    this.letsIn = false;
    enterRwLock(this.words, this.neighbours);
    tellMade(this);
  }

  /**
   * Locks for writing, waiting until there is neither a writer nor a reader, in any thread. In this one first come, first served among writers. O(threads). Disposing
   * the value unlocks; after `unlock()` that does nothing.
   *
   * **Cancellation.** Nothing is held: either the lock is returned or the place in line is given up, and readers that only this writer had stopped go in.
   *
   * @throws {@link PoisonedError} when a thread has died while a task of it held the lock for writing, until it is repaired
   */
  lock(): Selectable<Lock> {
    return new WriteLock(this);
  }

  /**
   * Locks for writing if that needs no waiting. Part of the step it is called in, cancelled or not. O(threads).
   *
   * @throws {@link PoisonedError} as `lock`
   */
  tryLock(): Lock | undefined {
    touch(this, SELF, WRITE);
    const raw = this.isWritersTurn() ? this.write(machine.runner, false) : NOT_READY;
    return raw === NOT_READY ? undefined : this.given(raw, "tryLock");
  }

  /**
   * The writer leaves: all readers in line in this thread go in, or if there is none the next writer, unless another thread is due. Any task of this thread may do that.
   * O(readers in line).
   *
   * @throws {@link MisuseError} if it is not locked for writing, or not by this thread
   */
  unlock(): void {
    touch(this, SELF, WRITE);
    const holder = this.words[WRITER] as number; // no other thread writes it while it is held here
    if (holder !== this.neighbours.who) {
      const said = { held: "held for writing", locked: "locked for writing", holder };
      throw notHeldHere("SharedRwLock.unlock", this.name, said, this.neighbours);
    }
    this.leave();
  }

  /**
   * Locks for reading, waiting while a task writes, or waits to, in any thread. O(1).
   *
   * **Cancellation.** Nothing is held: either the lock is returned or the place in line is given up.
   *
   * @throws {@link PoisonedError} as `lock`
   */
  readLock(): Selectable<Lock> {
    return new ReadLock(this);
  }

  /**
   * Locks for reading if that needs no waiting. Part of the step it is called in, cancelled or not. O(1).
   *
   * @throws {@link PoisonedError} as `lock`
   */
  tryReadLock(): Lock | undefined {
    touch(this, SELF, WRITE);
    const raw = this.readersLine.isTurn() ? this.read(machine.runner) : NOT_READY;
    return raw === NOT_READY ? undefined : this.given(raw, "tryReadLock");
  }

  /**
   * A reader leaves, and the last one of all threads lets in the writer that waits. Gives back what the running task has held longest, or if it holds none, what has
   * been held longest of all in this thread. O(readers of this thread) at worst; disposing the lock is O(1).
   *
   * @throws {@link MisuseError} if it is not locked for reading by this thread
   */
  readUnlock(): void {
    const grant = this.readers.toGiveBack();
    if (grant === null) throw this.notReadHere();
    this.giveBack(grant);
  }

  /** Runs a body while it holds the lock for writing; otherwise as `SharedMutex.withLock`. */
  withLock<R>(body: () => R & Checked<R>): Operation<Outcome<R>> {
    return holding("SharedRwLock.withLock", () => this.lock(), body);
  }

  /** Runs a body while it holds the lock for reading; otherwise as `SharedMutex.withLock`. */
  withReadLock<R>(body: () => R & Checked<R>): Operation<Outcome<R>> {
    return holding("SharedRwLock.withReadLock", () => this.readLock(), body);
  }

  /**
   * Declares what it guards sound again, after a thread has died whose task was writing: from now on it is free. See `SharedMutex.repair`.
   *
   * @throws {@link MisuseError} if it is not poisoned
   */
  repair(): void {
    touch(this, SELF, WRITE);
    if (!repairRwLock(this.words, this.neighbours))
      throw misuse(`SharedRwLock.repair: "${this.name}" is not poisoned. Repair it once, after a PoisonedError.`);
    this.tellFree();
  }

  /** @internal */
  get isHeldHere(): boolean {
    return this.grant !== null;
  }

  /** Locks for writing if that is possible now: a grant, or the `who` of a thread that has died writing. One that `stays` keeps new readers off. @internal */
  write(runner: Runner | null, stays: boolean): unknown {
    if (this.grant !== null) return NOT_READY;
    const taken = takeWrite(this.words, this.neighbours, stays);
    if (taken === NOT_TAKEN) {
      if (!stays && this.words[WRITER] === ~this.neighbours.who) this.forgo(this.writersLine);
      return NOT_READY;
    }
    if (taken !== TAKEN) return taken;
    this.writersLine.served();
    this.grant = new Grant(this, holderOf(runner), 1);
    return this.grant;
  }

  /** May one who is not in line write? Not before those who are, on either side. @internal */
  isWritersTurn(): boolean {
    this.admitReaders();
    return this.writersLine.isTurn();
  }

  /** The same for reading. @internal */
  read(runner: Runner | null): unknown {
    if (this.grant !== null) return NOT_READY;
    if (!this.letsIn) {
      const taken = this.share();
      if (taken === NOT_TAKEN) return NOT_READY;
      if (taken !== TAKEN) return taken;
    }
    this.readersLine.served();
    const grant = new Grant(this, holderOf(runner), 1);
    this.readers.push(grant);
    return grant;
  }

  /** This thread gets a share if it has none, and if new readers may go in. */
  private share(): number {
    const { words, neighbours } = this;
    if (takeKept(words, neighbours)) {
      this.letsIn = this.readersLine.isWanted; // until all have been looked at that are in line
      return TAKEN;
    }
    if (this.writersLine.isWanted) return NOT_TAKEN;
    if (this.readers.head === null) return takeRead(words, neighbours);
    return admitsReaders(words, neighbours) ? TAKEN : NOT_TAKEN;
  }

  /** Those of this thread who wait to read look whether they can go in. */
  private admitReaders(): void {
    if (this.readersLine.isWanted) this.readersLine.look();
  }

  /** @internal */
  looked(line: LockLine): void {
    if (line === this.readersLine) this.letsIn = false;
  }

  /** Could `write` do something now? @internal */
  get takesWrite(): boolean {
    touch(this, SELF, WRITE);
    if (!this.isWritersTurn() || this.grant !== null) return false;
    const writer = Atomics.load(this.words, WRITER);
    if (writer > 0) return !this.neighbours.commons.isAlive(writer);
    const isOpen = writer === ~this.neighbours.who || admitsReaders(this.words, this.neighbours);
    return isOpen && !hasReaders(this.words, this.neighbours);
  }

  /** Could `read` do something now? @internal */
  get takesRead(): boolean {
    touch(this, SELF, WRITE);
    if (!this.readersLine.isTurn() || this.grant !== null || this.writersLine.isWanted) return false;
    const writer = Atomics.load(this.words, WRITER);
    return writer > 0 ? !this.neighbours.commons.isAlive(writer) : admitsReaders(this.words, this.neighbours);
  }

  /** What the taker gets of what `write` or `read` has answered. @internal */
  given(raw: unknown, verb: string): Lock {
    if (typeof raw !== "number") return raw as Grant;
    throw poisonedBy(`SharedRwLock.${verb}`, this.name, "held for writing", raw);
  }

  /** @internal */
  giveBack(grant: Grant): void {
    touch(this, SELF, WRITE);
    if (grant === this.grant) {
      this.leave();
      return;
    }
    grant.count = 0;
    this.readers.remove(grant);
    if (this.readers.head !== null) return;
    leaveRead(this.words, this.neighbours);
    if (this.writersLine.isWanted) this.writersLine.look();
    else this.admitReaders();
  }

  /** The writer leaves. */
  private leave(): void {
    const { grant, readersLine, writersLine } = this;
    this.grant = null;
    if (grant !== null) grant.count = 0;
    this.letsIn = readersLine.isWanted;
    const next = leaveWrite(this.words, this.neighbours, this.letsIn);
    readersLine.wakeAll();
    if (next !== 0) this.neighbours.rouse(slotOf(next));
    else writersLine.wakeOne();
    this.admitReaders();
    if (writersLine.isWanted) writersLine.look();
  }

  /** @internal */
  forgo(line: LockLine): void {
    if (line === this.readersLine) {
      forgoRead(this.words, this.neighbours);
      return;
    }
    if (forgoWrite(this.words, this.neighbours)) {
      this.readersLine.wakeAll();
      this.writersLine.wakeOne();
    }
    this.admitReaders();
  }

  private tellFree(): void {
    this.readersLine.wakeAll();
    this.writersLine.wakeOne();
    if (this.writersLine.isWanted) this.writersLine.look();
    this.admitReaders();
  }

  /** Who has it, in words. @internal */
  get holders(): string[] {
    const { words, neighbours } = this;
    const writer = Atomics.load(words, WRITER);
    if (writer > 0) return [saidOfHolder(writer, this.grant, neighbours)];
    const others = readersOf(words, neighbours).filter((who) => who !== neighbours.who);
    return [...this.readers.holders(), ...others.map((who) => saidOfThread(who, neighbours))];
  }

  protected mendFor(dead: number): void {
    mendRwLock(this.words, dead);
    this.writersLine.clear(slotOf(dead));
    this.readersLine.clear(slotOf(dead));
  }

  private notReadHere(): Error {
    const { name, neighbours } = this;
    const [reader] = readersOf(this.words, neighbours);
    return reader === undefined
      ? misuse(
          `SharedRwLock.readUnlock: "${name}" is not locked for reading. Unlock once per readLock, or use withReadLock().`,
        )
      : misuse(
          `SharedRwLock.readUnlock: "${name}" is held for reading by ${saidOfThread(reader, neighbours)}, and not by this thread. Unlock it in the thread that has locked it.`,
        );
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
    const { holders } = this;
    return `[shared rwlock "${this.name}", ${holders.length === 0 ? "free" : `held by ${holders.join(", ")}`}]`;
  }

  /** Throws when an invariant does not hold. @internal */
  check(): void {
    const { words, grant, readers, neighbours } = this;
    const where = `SharedRwLock "${this.name}"`;
    const writer = Atomics.load(words, WRITER);
    const shares = readersOf(words, neighbours);
    readers.check();
    if (writer > 0 && shares.length > 0) throw new Error(`${where}: a writer and readers hold it`);
    if (grant !== null && writer !== neighbours.who) throw new Error(`${where}: a grant, and not held here`);
    if ((readers.head !== null) !== shares.includes(neighbours.who))
      throw new Error(`${where}: it has a share exactly while nobody here reads`);
    if (writer !== 0) return;
    if (this.writersLine.isWanted && shares.length === 0) throw new Error(`${where}: a writer waits for nobody`);
    if (this.readersLine.isWanted && !this.writersLine.isWanted) throw new Error(`${where}: a reader waits for nobody`);
  }
}

defineKind(KIND, (memory, name, id) => new SharedRwLock(new Makings(memory, name, id)));
