// Those of this thread who wait for one thing in shared memory, first come, first served; and the bits that say which other threads do.
//
// Invariants
//   while somebody stands here, this thread watches the line
//   a hint that reaches a line at which nobody stands any more is passed on to another thread

import { List } from "../base/list.ts";
import { Leaf } from "../core/leaf.ts";
import { NOT_READY } from "../core/machine.ts";
import { complete, fail, type Waiter } from "../core/waiter.ts";
import type { Watched } from "./message.ts";
import { here } from "./neighbours.ts";
import { addWaiter, hasWaiters, removeWaiter, takeWaiter } from "./wait-set.ts";

/** An operation on something in shared memory. */
export abstract class SharedLeaf<T> extends Leaf<T> {
  /** Where it waits. */
  protected abstract get line(): Line;
  /** Does it if that is possible now, and answers NOT_READY if not. May throw: then the operation fails. @internal */
  abstract attempt(): unknown;

  poll(): unknown {
    return this.line.isTurn() ? this.attempt() : NOT_READY;
  }

  enlist(waiter: Waiter): void {
    waiter.payload = this;
    this.line.push(waiter);
  }

  delist(waiter: Waiter): void {
    this.line.remove(waiter);
  }
}

export class Line implements Watched {
  declare private words: Int32Array;
  declare private readonly at: number;
  declare private readonly waiters: List<Waiter>;
  declare private isAnnounced: boolean;

  /** `at` is where the bits of the waiting threads lie. */
  constructor(words: Int32Array, at: number) {
    this.words = words;
    this.at = at;
    this.waiters = new List();
    this.isAnnounced = false;
  }

  /** May one who is not in the line come first? Serves those who are before that. */
  isTurn(): boolean {
    if (this.waiters.head === null) return true;
    this.look();
    return this.waiters.head === null;
  }

  push(waiter: Waiter): void {
    this.waiters.push(waiter);
    here().watch(this);
  }

  remove(waiter: Waiter): void {
    this.waiters.remove(waiter);
  }

  /** How many of this thread wait. O(n). */
  get size(): number {
    return this.waiters.size;
  }

  get isWanted(): boolean {
    return this.waiters.head !== null;
  }

  look(): boolean {
    const { waiters } = this;
    let done = false;
    for (let waiter = waiters.head; waiter !== null; waiter = waiters.head) {
      let raw: unknown;
      try {
        raw = (waiter.payload as SharedLeaf<unknown>).attempt();
      } catch (error) {
        waiters.remove(waiter);
        fail(waiter, error);
        done = true;
        continue;
      }
      if (raw === NOT_READY) return done;
      waiters.remove(waiter);
      complete(waiter, raw);
      done = true;
    }
    return done;
  }

  announce(): void {
    this.isAnnounced = true;
    addWaiter(this.words, this.at, here().slot);
  }

  withdraw(): void {
    if (!this.isAnnounced) return;
    this.isAnnounced = false;
    if (!removeWaiter(this.words, this.at, here().slot)) this.wakeOne();
  }

  /** Gives one of the waiting threads a hint. */
  wakeOne(): void {
    const { words, at } = this;
    if (!hasWaiters(words, at)) return;
    const neighbours = here();
    for (let slot = takeWaiter(words, at, neighbours.slot + 1); slot >= 0; slot = takeWaiter(words, at, slot + 1)) {
      if (slot !== neighbours.slot && neighbours.commons.at(slot) === 0) continue; // it has died
      neighbours.rouse(slot);
      return;
    }
  }

  /** Gives all of them a hint. */
  wakeAll(): void {
    const { words, at } = this;
    if (!hasWaiters(words, at)) return;
    const neighbours = here();
    for (let slot = takeWaiter(words, at, 0); slot >= 0; slot = takeWaiter(words, at, 0)) neighbours.rouse(slot);
  }

  /** The memory has been given new views. */
  rebase(words: Int32Array): void {
    this.words = words;
  }

  /** Takes the bit of a thread out that has died. */
  clear(slot: number): void {
    removeWaiter(this.words, this.at, slot);
    const neighbours = here();
    if (neighbours.commons.at(slot) !== 0) neighbours.rouse(slot); // another one lives there already: it announces itself anew
  }
}
