// What all threads of a family have in common: one block of shared memory, made by the first of them and given to each that is started.
//
// A thread has a slot in a table, and a number of its own: its `who`, which names the slot and is never given to another. So a word in shared memory that holds
// a `who` tells both who owns something and whether that thread still lives.
//
// Invariants
//   WHO of a slot is the number of the thread that lives there, 0 if none does; it is cleared only when that thread can run no more
//   the bit of a sleeper is set only while its thread looks at nothing by itself, and waits to be roused

import { availableParallelism } from "node:os";
import { MisuseError } from "../base/errors.ts";
import { addWaiter, countWaiters, hasWaiter, removeWaiter } from "./wait-set.ts";

/** How many threads a family can have at a time. A set of threads is a bit for each; see wait-set.ts. */
export const MOST_THREADS = 128;

const CORES = availableParallelism();

/** Words in the table for each thread. */
const RECORD = 4;
/** Those that live. */
const COUNT = 2;
/** A bit for each that sleeps. */
const SLEEPERS = 4;
const TABLE = 16;

// Words of the head.
const NEXT_SERIAL = 0;
const NEXT_ID = 1;

// Words of a record.
const WHO = 0;
/** The `who` of the thread that started it. */
const PARENT = 1;
/** How often the thread has been busy, as of when it last slept. */
const ACTIVITY = 2;
/** Messages to it that it has not taken yet. */
const ON_THEIR_WAY = 3;

export class Commons {
  declare readonly memory: SharedArrayBuffer;
  declare private readonly words: Int32Array;
  /** For threads that were started by this one: can it run no more? */
  declare private readonly pulses: Map<number, () => boolean>;

  /** Without a block it begins a family. */
  constructor(memory?: SharedArrayBuffer) {
    this.memory = memory ?? new SharedArrayBuffer((TABLE + MOST_THREADS * RECORD) * 4);
    this.words = new Int32Array(this.memory);
    this.pulses = new Map();
  }

  /** A number for a new shared object, which no other has. */
  nextId(): number {
    return Atomics.add(this.words, NEXT_ID, 1) + 1;
  }

  /** Takes a slot for a thread that is about to be started. */
  enter(parent: number): number {
    const serial = (Atomics.add(this.words, NEXT_SERIAL, 1) + 1) & 0xff_ffff;
    for (let slot = 0; slot < MOST_THREADS; slot++) {
      const who = (serial << 7) | slot;
      const at = TABLE + slot * RECORD;
      if (Atomics.compareExchange(this.words, at + WHO, 0, who) !== 0) continue;
      Atomics.store(this.words, at + PARENT, parent);
      Atomics.store(this.words, at + ON_THEIR_WAY, 0);
      Atomics.add(this.words, COUNT, 1);
      return who;
    }
    throw new MisuseError(
      `offshoot/parallel: ${MOST_THREADS} threads are running, and there can be no more. Close pools that are not needed.`,
    );
  }

  /** How to find out that a thread that was started by this one can run no more, before the event loop tells. */
  feelPulse(who: number, hasEnded: () => boolean): void {
    this.pulses.set(who, hasEnded);
  }

  /**
   * Buries those that were started by this thread and can run no more; they are mourned when the event loop tells. For who waits, in this turn, for a word that one of them
   * may hold.
   */
  buryTheDead(): void {
    for (const [who, hasEnded] of this.pulses) if (hasEnded()) this.bury(who);
  }

  /** A thread can run no more. Says whether that was news. */
  bury(who: number): boolean {
    this.pulses.delete(who);
    if (!this.isAlive(who)) return false;
    removeWaiter(this.words, SLEEPERS, slotOf(who)); // before another one can live there, and sleep
    if (Atomics.compareExchange(this.words, TABLE + slotOf(who) * RECORD + WHO, who, 0) !== who) return false;
    Atomics.sub(this.words, COUNT, 1);
    return true;
  }

  /** Who lives in a slot, or 0. */
  at(slot: number): number {
    return Atomics.load(this.words, TABLE + slot * RECORD + WHO);
  }

  isAlive(who: number): boolean {
    return who !== 0 && this.at(slotOf(who)) === who;
  }

  parentOf(who: number): number {
    return Atomics.load(this.words, TABLE + slotOf(who) * RECORD + PARENT);
  }

  /** Those that live now. */
  living(): number[] {
    const found: number[] = [];
    for (let slot = 0; slot < MOST_THREADS; slot++) {
      const who = this.at(slot);
      if (who !== 0) found.push(who);
    }
    return found;
  }

  /** May a thread that has nothing to do go on looking for a while, without being in the way of those who work? */
  get maySpin(): boolean {
    return Atomics.load(this.words, COUNT) - countWaiters(this.words, SLEEPERS) <= CORES;
  }

  /** A message has been sent to a thread. It is counted afterwards: a sender that dies before is taken for one that is not noticed, and nobody waits for it. */
  messageSent(who: number): void {
    if (this.isAlive(who)) Atomics.add(this.words, TABLE + slotOf(who) * RECORD + ON_THEIR_WAY, 1);
  }

  messageTaken(slot: number): void {
    Atomics.sub(this.words, TABLE + slot * RECORD + ON_THEIR_WAY, 1);
  }

  /** Are there messages to a thread that it has not taken yet? */
  hasMessages(slot: number): boolean {
    return Atomics.load(this.words, TABLE + slot * RECORD + ON_THEIR_WAY) > 0;
  }

  /** A thread goes to sleep, which has been so active: from now on it must be roused. */
  fallAsleep(slot: number, activity: number): void {
    Atomics.store(this.words, TABLE + slot * RECORD + ACTIVITY, activity);
    addWaiter(this.words, SLEEPERS, slot);
  }

  /** Wakes a thread up, in the table. True for exactly one of those who do, if it slept: that one has to tell it so. */
  stir(slot: number): boolean {
    return removeWaiter(this.words, SLEEPERS, slot);
  }

  isAsleep(slot: number): boolean {
    return hasWaiter(this.words, SLEEPERS, slot);
  }

  activityOf(slot: number): number {
    return Atomics.load(this.words, TABLE + slot * RECORD + ACTIVITY);
  }
}

/** Serial numbers begin with 1, so a `who` is never 0, nor below 128. */
export function slotOf(who: number): number {
  return who & (MOST_THREADS - 1);
}
