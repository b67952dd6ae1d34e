// Those of this thread who wait until one of the keys has changed that a transaction has read.
//
// A thread that sleeps sets its bit in the wait sets of these keys; who commits a change of a key wakes the threads in its set, after the clock has gone on. While a thread does not
// sleep, it looks at the clock, and only when that has gone on at the keys.

import { List } from "../base/list.ts";
import { Leaf } from "../core/leaf.ts";
import { NOT_READY } from "../core/machine.ts";
import { SELF, touch, WRITE } from "../core/tracker.ts";
import { complete, type Description, type Waiter } from "../core/waiter.ts";
import type { Watched } from "../parallel/message.ts";
import { here } from "../parallel/neighbours.ts";
import { addWaiter, removeWaiter } from "../parallel/wait-set.ts";

/** A value as a transaction has read it: of which commit it was, and by what it is told from later ones. */
export interface Read {
  readonly version: number;
  readonly word: number;
  readonly stamp: number;
}

export type Reads = ReadonlyMap<string, Read>;

/** What is waited at. */
interface Changing {
  readonly name: string;
  readonly words: Int32Array;
  readonly changes: Changes;
  /** May another thread use it? */
  readonly isShared: boolean;
  /** Another one after each commit. */
  readonly tick: number;
  hasChanged(reads: Reads): boolean;
  /** Where a thread is noted that sleeps for a key. */
  waitSetFor(key: string): number;
}

export class Changes implements Watched {
  declare private readonly memory: Changing;
  declare private readonly waiters: List<Waiter>;
  /** The tick at which all were looked at last. */
  declare private seen: number;
  /** Some have come since. */
  declare private isUnsettled: boolean;
  /** The wait sets this thread is noted in. */
  declare private announced: number[];

  constructor(memory: Changing) {
    this.memory = memory;
    this.waiters = new List();
    this.seen = 0;
    this.isUnsettled = false;
    this.announced = [];
  }

  get isWanted(): boolean {
    return this.waiters.head !== null;
  }

  push(waiter: Waiter): void {
    this.waiters.push(waiter);
    this.isUnsettled = true;
    here().watch(this);
  }

  remove(waiter: Waiter): void {
    this.waiters.remove(waiter);
  }

  look(): boolean {
    const { tick } = this.memory;
    if (tick === this.seen && !this.isUnsettled) return false;
    this.seen = tick;
    this.isUnsettled = false;
    let done = false;
    for (let waiter = this.waiters.head, next: Waiter | null; waiter !== null; waiter = next) {
      next = waiter.after;
      if (!this.memory.hasChanged((waiter.payload as Change).reads)) continue;
      this.waiters.remove(waiter);
      complete(waiter, undefined);
      done = true;
    }
    return done;
  }

  announce(): void {
    const sets = new Set(this.announced);
    for (let waiter = this.waiters.head; waiter !== null; waiter = waiter.after)
      for (const key of (waiter.payload as Change).reads.keys()) sets.add(this.memory.waitSetFor(key));
    this.announced = [...sets];
    for (const set of this.announced) addWaiter(this.memory.words, set, here().slot);
  }

  withdraw(): void {
    for (const set of this.announced) removeWaiter(this.memory.words, set, here().slot);
    this.announced.length = 0;
  }

  /** Throws when somebody waits for what has changed. */
  check(): void {
    for (let waiter = this.waiters.head; waiter !== null; waiter = waiter.after)
      if (this.memory.hasChanged((waiter.payload as Change).reads))
        throw new Error(`Store "${this.memory.name}": somebody waits although something has changed`);
  }
}

/** Completes when one of the keys that were read is not as it was then. Cancelled, it has done nothing. */
export class Change extends Leaf<void> {
  declare readonly reads: Reads;
  declare private readonly memory: Changing;

  constructor(memory: Changing, reads: Reads) {
    super();
    this.memory = memory;
    this.reads = reads;
  }

  ready(): boolean {
    touch(this.memory, SELF, WRITE);
    return this.memory.hasChanged(this.reads);
  }

  poll(): unknown {
    return this.ready() ? undefined : NOT_READY;
  }

  enlist(waiter: Waiter): void {
    waiter.payload = this;
    this.memory.changes.push(waiter);
  }

  delist(waiter: Waiter): void {
    touch(this.memory, SELF, WRITE);
    this.memory.changes.remove(waiter);
  }

  describe(): Description {
    const keys = [...this.reads.keys()].map((key) => JSON.stringify(key.slice(1)));
    const shown = keys.length > 4 ? `${keys.slice(0, 4).join(", ")}, ...` : keys.join(", ");
    return {
      operation: "store.retry",
      object: `${this.memory.name}[${shown}]`,
      heldBy: [],
      outside: this.memory.isShared,
    };
  }
}
