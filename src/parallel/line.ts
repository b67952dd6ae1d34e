// Those of this thread who wait for one thing in shared memory, first come, first served.
//
// Invariants
//   while somebody stands here, this thread watches the line
//   this thread is among the sleepers only while it sleeps: a hint is never given to one that is busy
//   a hint that reaches a line at which nobody stands any more is passed on to another thread

import { List } from "../base/list.ts";
import { Leaf } from "../core/leaf.ts";
import { machine, NOT_READY } from "../core/machine.ts";
import { complete, fail, type Runner, type Waiter } from "../core/waiter.ts";
import type { Watched } from "./message.ts";
import { here } from "./neighbours.ts";
import { Sleepers } from "./sleepers.ts";

/** An operation on something in shared memory. */
export abstract class SharedLeaf<T> extends Leaf<T> {
  /** Written out: V8 calls a builtin for one that is left out, where it does not inline it. */
  // biome-ignore lint/complexity/noUselessConstructor: see above
  constructor() {
    super();
  }

  /** Where it waits. */
  protected abstract get line(): Line;
  /** Does it for a runner if that is possible now, and answers NOT_READY if not. May throw: then the operation fails. @internal */
  abstract attempt(runner: Runner | null): unknown;

  poll(): unknown {
    return this.line.isTurn() ? this.attempt(machine.runner) : NOT_READY;
  }

  enlist(waiter: Waiter): void {
    waiter.payload = this;
    this.line.push(waiter);
  }

  delist(waiter: Waiter): void {
    this.line.remove(waiter);
  }
}

/** What an attempt answers that has done something, and has more to wait for: it stays in its place. */
export const STAYS: unknown = Symbol("stays");

export class Line implements Watched {
  /** The threads that sleep on the same. */
  declare readonly sleepers: Sleepers;
  /** @internal */
  declare readonly waiters: List<Waiter>;
  /** Where this thread is to sleep. */
  declare private place: Sleepers;
  /** Where it has announced that it sleeps. */
  declare private announced: Sleepers | null;
  /** Somebody is being served. What is sent may call code of users, which may come here again: then it is not its turn. */
  declare private isServing: boolean;

  /** `at` is where the bits of the sleeping threads lie. */
  constructor(words: Int32Array, at: number) {
    this.sleepers = new Sleepers(words, at);
    this.waiters = new List();
    this.place = this.sleepers;
    this.announced = null;
    this.isServing = false;
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
    if (this.isServing) return false;
    this.isServing = true;
    try {
      return this.serve();
    } finally {
      this.isServing = false;
    }
  }

  private serve(): boolean {
    const { waiters, place } = this;
    let done = false;
    for (let waiter = waiters.head; waiter !== null; waiter = waiters.head) {
      let raw: unknown;
      let error: unknown;
      let isFailed = false;
      try {
        raw = (waiter.payload as SharedLeaf<unknown>).attempt(waiter.runner);
      } catch (thrown) {
        error = thrown;
        isFailed = true;
      }
      if (!isFailed && raw === NOT_READY) break;
      done = true;
      if (!isFailed && raw === STAYS) break;
      if (waiters.head !== waiter) continue; // its own value has had it cancelled
      waiters.remove(waiter);
      if (isFailed) fail(waiter, error);
      else complete(waiter, raw);
    }
    return done || this.place !== place;
  }

  /** The first in the line waits for something else now than the others who sleep: what they are told of is nothing to it, and is passed on. */
  moveTo(place: Sleepers): void {
    const before = this.place;
    if (before === place) return;
    this.withdraw();
    this.place = place;
    before.wakeOne();
  }

  announce(): void {
    this.announced = this.place;
    this.place.enter();
  }

  awake(): void {
    this.withdraw();
  }

  withdraw(): void {
    const { announced } = this;
    if (announced === null) return;
    this.announced = null;
    if (!announced.leave() && !this.isWanted) announced.wakeOne();
  }

  /** Gives one of the threads that sleep on this a hint. */
  wakeOne(): void {
    this.sleepers.wakeOne();
  }

  /** Gives all of them a hint. */
  wakeAll(): void {
    this.sleepers.wakeAll();
  }

  /** The memory has been given new views. */
  rebase(words: Int32Array): void {
    this.sleepers.rebase(words);
  }

  /** Takes the bit of a thread out that has died. */
  clear(slot: number): void {
    this.sleepers.bury(slot);
  }
}
