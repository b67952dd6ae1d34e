// A barrier in shared memory: a number of parties of all threads wait for each other, and go on together. Then it serves the next round.
//
// Who arrives is counted for its thread, under a spin lock. The last one ends the round: it gives each thread a row of numbers for those of it who waited, and moves ROUND
// on. A thread reads its row before anybody of it arrives again. When a thread dies at which somebody waited, or that was in the midst of this, the barrier is broken.
//
// Invariants, while the lock is free
//   ARRIVED is the sum of what the threads have, and below PARTIES
//   who waits here has arrived in ROUND, or is about to be told that it is over

import { describeValue } from "../../base/errors.ts";
import { INSPECT } from "../../base/inspect.ts";
import { List } from "../../base/list.ts";
import { Leaf, misuse } from "../../core/leaf.ts";
import { NOT_READY } from "../../core/machine.ts";
import type { Selectable } from "../../core/types.ts";
import { complete, type Description, fail, type Waiter } from "../../core/waiter.ts";
import { MOST_THREADS, slotOf } from "../commons.ts";
import { BODY, defineKind, SharedObject } from "../directory.ts";
import type { Watched } from "../message.ts";
import { here } from "../neighbours.ts";
import { Sleepers } from "../sleepers.ts";
import { steps } from "../steps.ts";
import { WAIT_SET } from "../wait-set.ts";
import { Makings, makingsOf } from "./makings.ts";
import { poisoned } from "./said.ts";
import { SpinLock } from "./spin-lock.ts";

const LOCK = BODY;
const PARTIES = BODY + 1;
const ARRIVED = BODY + 2;
const ROUND = BODY + 3;
/** The thread by whose death it was broken, or 0. */
const BROKEN = BODY + 4;
const SLEEPERS = BODY + 8;
/** For each thread: its `who`, how many of it have arrived, and the first number of its row in the last round. */
const THREADS = SLEEPERS + WAIT_SET;
const THREAD = 4;
const COUNT = 1;
const FIRST = 2;
const WORDS = THREADS + MOST_THREADS * THREAD;
const MOST = 2 ** 31 - 1;

const KIND = "barrier";

/**
 * Holds tasks of all threads back until all parties have come, and lets them go on together; again and again. It may be given to any thread, and is used there as a
 * `Barrier` is.
 *
 * **Death.** When a thread dies of which somebody waits, the others could wait for ever. So the barrier is broken then: whoever waits or comes later gets a
 * `PoisonedError`, as with Java's CyclicBarrier. Make a new one.
 *
 * @example
 * const rounds = new SharedBarrier(pool.size);
 * yield* pool.each(jobs.simulate, rounds); // each: for (;;) { step(); if ((yield* rounds.wait()) === 0) report(); }
 */
export class SharedBarrier extends SharedObject implements Watched {
  declare private readonly lock: SpinLock;
  declare private readonly sleepers: Sleepers;
  /** Of this thread, in the order in which they have arrived. */
  declare private readonly waiters: List<Waiter>;
  declare private readonly own: number;
  /** The round in which those have arrived. */
  declare private round: number;

  /** @throws {@link MisuseError} if the parties are no whole number from 1 to 2^31 - 1 */
  constructor(parties: number, options?: { name?: string | undefined }) {
    const given = (parties as unknown) instanceof Makings ? (parties as unknown as Makings) : null;
    if (given === null && (!Number.isSafeInteger(parties) || parties < 1 || parties > MOST))
      throw misuse(
        `SharedBarrier: the parties must be a whole number from 1 to ${MOST}, got ${describeValue(parties)}.`,
      );
    const { memory, name, id } = given ?? makingsOf(options, "SharedBarrier", "shared barrier", WORDS);
    super(KIND, memory, name, id);
    this.lock = new SpinLock(this.words, LOCK, () => this.breakFor(this.lock.holder));
    this.sleepers = new Sleepers(this.words, SLEEPERS);
    this.waiters = new List();
    this.own = THREADS + here().slot * THREAD;
    this.round = 0;
    if (given === null) this.words[PARTIES] = parties;
    const { words, own } = this;
    this.lock.lock();
    const before = words[own] as number;
    if (before !== here().who) {
      if (before !== 0 && (words[own + COUNT] as number) > 0) this.breakFor(before);
      words[own + COUNT] = 0;
      words[own] = here().who;
    }
    this.lock.unlock();
  }

  /**
   * Arrives, and waits for the others. Completes with a number from 0 to below the parties, each of which one of the round gets; the last to arrive does not wait, and gets
   * the highest. O(1), for the last O(threads).
   *
   * **Cancellation.** Whoever gives up has not arrived, and the others wait for one more.
   *
   * @throws {@link PoisonedError} when a thread has died of which somebody waited
   */
  wait(): Selectable<number> {
    return new Wait(this);
  }

  /** Would one more make it whole, or is it broken? @internal */
  get isWhole(): boolean {
    const { words } = this;
    return Atomics.load(words, BROKEN) !== 0 || Atomics.load(words, ARRIVED) + 1 === words[PARTIES];
  }

  /** Arrives, if it is the last; else changes nothing. @internal */
  arriveLast(): unknown {
    this.look();
    this.lock.lock();
    const isLast = this.words[BROKEN] === 0 && (this.words[ARRIVED] as number) + 1 === this.words[PARTIES];
    if (isLast) this.endRound();
    this.lock.unlock();
    if (isLast) this.wake();
    else this.refuseBroken();
    return isLast ? (this.words[PARTIES] as number) - 1 : NOT_READY;
  }

  /** @internal */
  enter(waiter: Waiter): void {
    const { words, own } = this;
    this.look(); // those of an earlier round read their numbers before others arrive
    this.lock.lock();
    this.round = words[ROUND] as number;
    words[own + COUNT] = (words[own + COUNT] as number) + 1;
    if (steps.at !== null) steps.at("barrier: counted");
    Atomics.store(words, ARRIVED, (words[ARRIVED] as number) + 1);
    const isLast = words[BROKEN] === 0 && words[ARRIVED] === words[PARTIES]; // others have come since it was asked
    if (isLast) this.endRound();
    this.lock.unlock();
    this.waiters.push(waiter);
    if (isLast) this.wake();
    here().watch(this);
  }

  /** @internal */
  leave(waiter: Waiter): void {
    const { words, own } = this;
    this.waiters.remove(waiter);
    this.lock.lock();
    if (words[ROUND] === this.round && words[BROKEN] === 0) {
      words[own + COUNT] = (words[own + COUNT] as number) - 1;
      Atomics.store(words, ARRIVED, (words[ARRIVED] as number) - 1);
    }
    this.lock.unlock();
  }

  get isWanted(): boolean {
    return this.waiters.head !== null;
  }

  look(): boolean {
    const { words, waiters, own } = this;
    if (waiters.head === null) return false;
    if (Atomics.load(words, ROUND) !== this.round) {
      let number = words[own + FIRST] as number;
      for (let waiter = waiters.shift(); waiter !== null; waiter = waiters.shift()) complete(waiter, number++);
      return true;
    }
    if (Atomics.load(words, BROKEN) === 0) return false;
    for (let waiter = waiters.shift(); waiter !== null; waiter = waiters.shift()) fail(waiter, this.brokenError());
    return true;
  }

  announce(): void {
    this.sleepers.enter();
  }

  awake(): void {
    this.sleepers.leave();
  }

  withdraw(): void {
    this.sleepers.leave();
  }

  /** Throws if it is broken. @internal */
  refuseBroken(): void {
    if (Atomics.load(this.words, BROKEN) !== 0) throw this.brokenError();
  }

  /** How many have arrived, in words. @internal */
  get said(): string {
    return `${this.name} (${Atomics.load(this.words, ARRIVED)} of ${this.words[PARTIES]})`;
  }

  protected mendFor(dead: number): void {
    const at = THREADS + slotOf(dead) * THREAD;
    this.lock.lock();
    if (this.words[at] === dead) {
      if ((this.words[at + COUNT] as number) > 0) this.breakFor(dead);
      this.words[at] = 0;
      this.words[at + COUNT] = 0;
    }
    this.lock.unlock();
    this.sleepers.bury(slotOf(dead));
    this.wake();
  }

  /** With the lock: numbers those who have waited, thread by thread, and begins the next round. */
  private endRound(): void {
    const { words } = this;
    let number = 0;
    for (let at = THREADS; at < THREADS + MOST_THREADS * THREAD; at += THREAD) {
      words[at + FIRST] = number;
      number += words[at + COUNT] as number;
      words[at + COUNT] = 0;
      if (steps.at !== null) steps.at("barrier: numbered");
    }
    Atomics.store(words, ARRIVED, 0);
    Atomics.add(words, ROUND, 1);
  }

  private breakFor(dead: number): void {
    Atomics.compareExchange(this.words, BROKEN, 0, dead);
  }

  private wake(): void {
    this.sleepers.wakeAll();
    if (this.isWanted) here().scheduler.visitSoon();
  }

  private brokenError(): Error {
    const dead = slotOf(Atomics.load(this.words, BROKEN));
    return poisoned(
      `SharedBarrier.wait: "${this.name}" is broken: thread ${dead} died while somebody of it waited. Make a new one for those who are left.`,
    );
  }

  /** @internal */
  [INSPECT](): string {
    const isBroken = Atomics.load(this.words, BROKEN) !== 0;
    return `[shared barrier "${this.name}", ${Atomics.load(this.words, ARRIVED)} of ${this.words[PARTIES]} have come${isBroken ? ", broken" : ""}]`;
  }
}

defineKind(KIND, (memory, name, id) => new SharedBarrier(new Makings(memory, name, id) as unknown as number));

class Wait extends Leaf<number> {
  declare private readonly barrier: SharedBarrier;

  constructor(barrier: SharedBarrier) {
    super();
    this.barrier = barrier;
  }

  ready(): boolean {
    return this.barrier.isWhole;
  }

  poll(): unknown {
    return this.barrier.arriveLast();
  }

  enlist(waiter: Waiter): void {
    this.barrier.enter(waiter);
  }

  delist(waiter: Waiter): void {
    this.barrier.leave(waiter);
  }

  describe(): Description {
    return { operation: "barrier.wait", object: this.barrier.said, heldBy: [], outside: true };
  }
}
