// The operations of a shared lock for readers and writers. The lock decides; they speak the leaf protocol for it.

import { NOT_READY } from "../../core/machine.ts";
import type { Description, Runner } from "../../core/waiter.ts";
import type { Grant, Grants, Held, Lock } from "../../sync/grant.ts";
import { type LockLine, SharedLockLeaf } from "./lock-line.ts";

/** The lock, as its operations see it. */
interface Sides {
  readonly name: string;
  readonly writersLine: LockLine;
  readonly readersLine: LockLine;
  readonly grant: Grant | null;
  readonly readers: Grants;
  readonly holders: string[];
  readonly takesWrite: boolean;
  readonly takesRead: boolean;
  isWritersTurn(): boolean;
  write(runner: Runner | null, stays: boolean): unknown;
  read(runner: Runner | null): unknown;
  given(raw: unknown, verb: string): Lock;
}

export class WriteLock extends SharedLockLeaf {
  declare private readonly lock: Sides;

  constructor(lock: Sides) {
    super();
    this.lock = lock;
  }

  protected get line(): LockLine {
    return this.lock.writersLine;
  }

  ready(): boolean {
    return this.lock.takesWrite;
  }

  override poll(): unknown {
    return this.lock.isWritersTurn() ? this.lock.write(this.taker, false) : NOT_READY;
  }

  attempt(runner: Runner | null): unknown {
    return this.lock.write(runner, true);
  }

  override finish(raw: unknown): Lock {
    return this.lock.given(raw, "lock");
  }

  override fails(raw: unknown): boolean {
    return typeof raw === "number";
  }

  blockers(): Held | null {
    return this.lock.grant ?? this.lock.readers.head;
  }

  describe(): Description {
    const { name, holders, grant } = this.lock;
    return { operation: "rwlock.lock", object: name, heldBy: holders, outside: grant === null };
  }
}

export class ReadLock extends SharedLockLeaf {
  declare private readonly lock: Sides;

  constructor(lock: Sides) {
    super();
    this.lock = lock;
  }

  protected get line(): LockLine {
    return this.lock.readersLine;
  }

  ready(): boolean {
    return this.lock.takesRead;
  }

  attempt(runner: Runner | null): unknown {
    return this.lock.read(runner);
  }

  override finish(raw: unknown): Lock {
    return this.lock.given(raw, "readLock");
  }

  override fails(raw: unknown): boolean {
    return typeof raw === "number";
  }

  blockers(): Held | null {
    return this.lock.grant ?? this.lock.readers.head;
  }

  describe(): Description {
    const { name, holders, grant } = this.lock;
    return { operation: "rwlock.readLock", object: name, heldBy: holders, outside: grant === null };
  }
}
