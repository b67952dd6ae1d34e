// Those of this thread who wait until a key is there.
//
// A thread that sleeps for keys sets its bit in the wait sets of these keys; who puts a key in wakes all threads in the set of that key. While it does not sleep, it looks whether
// anything has been put in at all since it looked last, and only then at each key.

import { List } from "../../base/list.ts";
import { Leaf } from "../../core/leaf.ts";
import { NOT_READY } from "../../core/machine.ts";
import { complete, type Description, fail, type Waiter } from "../../core/waiter.ts";
import type { Watched } from "../message.ts";
import { here } from "../neighbours.ts";
import { addWaiter, hasWaiters, removeWaiter, takeWaiter } from "../wait-set.ts";
import { waitSets } from "./layout.ts";

/** A map, as those see it who wait at it. */
interface Awaitable {
  readonly name: string;
  readonly waiting: Waiting;
  /** The value of a key, or NOT_READY if it is not there. May throw. */
  take(key: string): unknown;
  /** Where the thread is noted that sleeps for a key. */
  waitSetFor(key: string): number;
}

export class Arrival<V> extends Leaf<V> {
  declare private readonly store: Awaitable;
  declare readonly key: string;

  constructor(store: Awaitable, key: string) {
    super();
    this.store = store;
    this.key = key;
  }

  ready(): boolean {
    return this.store.take(this.key) !== NOT_READY;
  }

  poll(): unknown {
    return this.store.take(this.key);
  }

  get waitSet(): number {
    return this.store.waitSetFor(this.key);
  }

  enlist(waiter: Waiter): void {
    waiter.payload = this;
    this.store.waiting.push(waiter);
  }

  delist(waiter: Waiter): void {
    this.store.waiting.remove(waiter);
  }

  describe(): Description {
    return {
      operation: "SharedMap.wait",
      object: `${this.store.name}[${JSON.stringify(this.key)}]`,
      heldBy: [],
      outside: true,
    };
  }
}

export class Waiting implements Watched {
  declare private readonly words: Int32Array;
  /** How many entries have been put in, ever. */
  declare private readonly added: () => number;
  declare private readonly waiters: List<Waiter>;
  declare private seen: number;
  /** Some wait for an object that has not been introduced to this thread, or have just come. */
  declare private isUnsettled: boolean;
  /** The wait sets this thread is noted in. */
  declare private announced: number[];

  /** `words` must reach to the end of the wait sets. */
  constructor(words: Int32Array, added: () => number) {
    this.words = words;
    this.added = added;
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

  /** What is waited for is there, but cannot be had yet: it is looked for again at each look. */
  tryAgain(): void {
    this.isUnsettled = true;
  }

  look(): boolean {
    const added = this.added();
    if (added === this.seen && !this.isUnsettled) return false;
    this.seen = added;
    this.isUnsettled = false;
    let done = false;
    for (let waiter = this.waiters.head, next: Waiter | null; waiter !== null; waiter = next) {
      next = waiter.after;
      if (this.serve(waiter)) done = true;
    }
    return done;
  }

  announce(): void {
    for (let waiter = this.waiters.head; waiter !== null; waiter = waiter.after) {
      const set = (waiter.payload as Arrival<unknown>).waitSet;
      if (!this.announced.includes(set)) this.announced.push(set);
    }
    for (const set of this.announced) addWaiter(this.words, set, here().slot);
  }

  withdraw(): void {
    for (const set of this.announced) removeWaiter(this.words, set, here().slot);
    this.announced.length = 0;
  }

  /** A key of this wait set is there: all threads that sleep for one get a hint. */
  wake(set: number): void {
    const { words } = this;
    if (!hasWaiters(words, set)) return;
    for (let slot = takeWaiter(words, set, 0); slot >= 0; slot = takeWaiter(words, set, 0)) here().rouse(slot);
  }

  /** Takes the bits of a thread out that has died. */
  clear(slot: number): void {
    const neighbours = here();
    for (const set of waitSets()) removeWaiter(this.words, set, slot);
    if (neighbours.commons.at(slot) !== 0) neighbours.rouse(slot); // another one lives there already: it announces itself anew
  }

  private serve(waiter: Waiter): boolean {
    let raw: unknown;
    try {
      raw = (waiter.payload as Arrival<unknown>).poll();
    } catch (error) {
      this.waiters.remove(waiter);
      fail(waiter, error);
      return true;
    }
    if (raw === NOT_READY) return false;
    this.waiters.remove(waiter);
    complete(waiter, raw);
    return true;
  }
}
