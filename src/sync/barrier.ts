// Barrier: a number of parties wait for each other, and go on together. Then it serves the next round.
//
// Invariants
//   fewer than all parties wait
//   a task counts once, however many cases of one select it waits with

import { describeValue } from "../base/errors.ts";
import { INSPECT } from "../base/inspect.ts";
import { List } from "../base/list.ts";
import { Leaf, misuse } from "../core/leaf.ts";
import { NOT_READY } from "../core/machine.ts";
import { SELF, tellMade, touch, WRITE } from "../core/tracker.ts";
import type { Selectable } from "../core/types.ts";
import { complete, type Description, type Runner, type Waiter } from "../core/waiter.ts";
import { nameIn } from "./grant.ts";

/**
 * Holds tasks back until all parties have come, and lets them go on together; again and again.
 *
 * @example
 * const rounds = new Barrier(workers);
 * for (;;) {
 *   yield* step();
 *   if ((yield* rounds.wait()) === 0) report(); // one of them
 * }
 */
export class Barrier {
  /** For messages and reports. */
  declare readonly name: string;
  declare private readonly parties: number;
  declare private arrived: number;
  declare private readonly waiters: List<Waiter>;

  /** @throws {@link MisuseError} if the parties are no whole number of at least 1 */
  constructor(parties: number, options?: { name?: string | undefined }) {
    this.name = nameIn(options, "Barrier");
    if (!Number.isSafeInteger(parties) || parties < 1)
      throw misuse(`Barrier: the parties must be a whole number of at least 1, got ${describeValue(parties)}.`);
    this.parties = parties;
    this.arrived = 0;
    this.waiters = new List();
    tellMade(this);
  }

  /**
   * Arrives, and waits for the others; completes with the place of arrival in this round, 0 first. The last to arrive does not wait. O(1), for the last
   * O(parties).
   *
   * **Cancellation.** Whoever gives up has not arrived: the places of those behind move up, and the others wait for one more.
   */
  wait(): Selectable<number> {
    return new Wait(this);
  }

  /** Would one more make it whole? @internal */
  get lacksOne(): boolean {
    touch(this, SELF, WRITE);
    return this.arrived + 1 === this.parties;
  }

  /** The last has come: all go on. Answers its place. @internal */
  open(): number {
    let place = 0;
    for (let waiter = this.waiters.shift(); waiter !== null; waiter = this.waiters.shift()) complete(waiter, place++);
    this.arrived = 0;
    return place;
  }

  /** @internal */
  enter(waiter: Waiter): void {
    if (waiter.joint === null || !this.hasArrived(waiter.runner)) this.arrived++;
    this.waiters.push(waiter);
  }

  /** @internal */
  leave(waiter: Waiter): void {
    touch(this, SELF, WRITE);
    this.waiters.remove(waiter);
    if (waiter.joint === null || !this.hasArrived(waiter.runner)) this.arrived--;
  }

  private hasArrived(runner: Runner): boolean {
    for (let waiter = this.waiters.head; waiter !== null; waiter = waiter.after)
      if (waiter.runner === runner) return true;
    return false;
  }

  /** As in "barrier (2 of 3 have come)". @internal */
  get state(): string {
    return `${this.name} (${this.arrived} of ${this.parties} have come)`;
  }

  /** @internal */
  [INSPECT](): string {
    return `[${this.state}]`;
  }

  /** Throws when an invariant does not hold. @internal */
  check(): void {
    this.waiters.check();
    const runners = new Set<Runner>();
    for (let waiter = this.waiters.head; waiter !== null; waiter = waiter.after) runners.add(waiter.runner);
    if (runners.size !== this.arrived)
      throw new Error(`Barrier "${this.name}": ${this.arrived} counted, ${runners.size} wait`);
    if (this.arrived >= this.parties) throw new Error(`Barrier "${this.name}": all have come, and still wait`);
  }
}

class Wait extends Leaf<number> {
  declare private readonly barrier: Barrier;

  constructor(barrier: Barrier) {
    super();
    this.barrier = barrier;
  }

  ready(): boolean {
    return this.barrier.lacksOne;
  }

  poll(): unknown {
    return this.barrier.lacksOne ? this.barrier.open() : NOT_READY;
  }

  enlist(waiter: Waiter): void {
    this.barrier.enter(waiter);
  }

  delist(waiter: Waiter): void {
    this.barrier.leave(waiter);
  }

  describe(): Description {
    return { operation: "barrier.wait", object: this.barrier.state, heldBy: [] };
  }
}
