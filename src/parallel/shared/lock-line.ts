// Those of this thread who wait for a shared lock, first come, first served; and when it is their thread's turn among the others.
//
// A thread that finds the lock taken goes on looking, then sleeps, and is roused when the lock is free. Another one may be quicker, again and again. So when this thread
// has looked many times, or was roused in vain, it becomes the hungry one, and the next unlock keeps the lock for it.
//
// Invariants
//   while `isHungry`, the word of the hungry one names this thread
//   a thread at whose line nobody waits is not hungry, and nothing is kept for it, from the end of the step on in which the last one left

import { afterwards, machine, NOT_READY } from "../../core/machine.ts";
import type { Runner, Waiter } from "../../core/waiter.ts";
import { LockLeaf } from "../../sync/cycle.ts";
import { Line } from "../line.ts";
import { here, type Neighbours } from "../neighbours.ts";
import { hunger } from "./hunger.ts";

/** Looks in vain after which a thread is hungry. Who has slept has but one more. */
const PATIENCE = 64;

/** What a line stands at. */
export interface Waited {
  /** Has a task of this thread locked it, so that waiting for it is no matter between threads? */
  readonly isHeldHere: boolean;
  /** All in line have been looked at, as far as the first who has to go on waiting. */
  looked(line: LockLine): void;
  /** Nobody stands at the line any more: what was kept for this thread is for others. */
  forgo(line: LockLine): void;
}

export class LockLine extends Line {
  declare private readonly waited: Waited;
  declare private readonly words: Int32Array;
  declare private readonly neighbours: Neighbours;
  /** The word for the hungry one. */
  declare private readonly hungryAt: number;
  declare private misses: number;
  declare private isHungry: boolean;

  /** `at` is where the bits of the threads lie that sleep. */
  constructor(waited: Waited, words: Int32Array, at: number, hungryAt: number) {
    super(words, at);
    this.waited = waited;
    this.words = words;
    this.neighbours = here();
    this.hungryAt = hungryAt;
    this.misses = 0;
    this.isHungry = false;
  }

  override look(): boolean {
    if (this.waited.isHeldHere) return false;
    const done = super.look();
    this.waited.looked(this);
    if (done || !this.isWanted) this.misses = 0;
    else if (++this.misses > PATIENCE && !this.isHungry)
      this.isHungry = hunger(this.words, this.hungryAt, this.neighbours);
    if (this.isHungry && !this.isWanted) this.forgo(); // all have failed
    return done;
  }

  override announce(): void {
    super.announce();
    if (this.misses < PATIENCE - 1) this.misses = PATIENCE - 1; // it looks once more before it sleeps
  }

  /** One of this thread has been served: it has its turn as another thread has. */
  served(): void {
    this.misses = 0;
    if (!this.isHungry) return;
    this.isHungry = false;
    Atomics.store(this.words, this.hungryAt, 0);
  }

  override remove(waiter: Waiter): void {
    super.remove(waiter);
    // When nothing is half done: others who wait may be cases of the very select that is being withdrawn.
    if (!this.isWanted) afterwards(() => this.forgo());
  }

  private forgo(): void {
    if (this.isWanted) return;
    this.isHungry = false;
    this.waited.forgo(this);
  }
}

/** The operation of a shared lock that has holders; otherwise as `SharedLeaf`. */
export abstract class SharedLockLeaf extends LockLeaf {
  protected abstract get line(): LockLine;
  abstract attempt(runner: Runner | null): unknown;

  /** Who gets what is taken at once: the one that runs, or when the leaf is awaited the one that made it. */
  protected get taker(): Runner | null {
    return machine.runner ?? this.maker ?? null;
  }

  poll(): unknown {
    return this.line.isTurn() ? this.attempt(this.taker) : NOT_READY;
  }

  enlist(waiter: Waiter): void {
    waiter.payload = this;
    this.line.push(waiter);
    this.warnOfCycle(waiter);
  }

  delist(waiter: Waiter): void {
    this.line.remove(waiter);
  }
}
