// The calls of a pool that wait for a worker, and what each worker tells of itself. Any thread puts calls in, the workers take them out: so an idle one is never
// without work while there is some.
//
// Invariant
//   the FREE bit of a worker is set only while it runs nothing; it is gone before the worker takes a call
//   the LOOKING bit of a worker is set only while it will look once more before it runs anything or sleeps
//   a worker takes no call out of the queue while it is reserved: a message with a call is on its way to it
//
// Who reserves a worker writes itself down, and then looks whether it is still free; a worker that takes a call says that it is not free, and then looks whether it is reserved. So one of
// them gives way, or both do; then the caller rouses the worker, which looks again.
//
// While a worker is looking nobody needs to be woken for a call: it will be found. Who stops looking, to run what it has found, wakes another if there is more.

import { forgetIn } from "../cargo.ts";
import { MOST_THREADS, slotOf } from "../commons.ts";
import { defineKind, directory, NEW, SharedObject } from "../directory.ts";
import { Line } from "../line.ts";
import { loaded } from "../loaded.ts";
import type { Message } from "../message.ts";
import { here } from "../neighbours.ts";
import { Ring } from "../ring.ts";
import { RECEIVERS, ringSize, SENDERS, SPARE } from "../ring-layout.ts";
import {
  addWaiter as addBit,
  hasWaiter as hasBit,
  hasWaiters as hasBits,
  removeWaiter as removeBit,
  WAIT_SET,
} from "../wait-set.ts";
import { desk, GENERATIONS } from "./desk.ts";
import { Mailbox } from "./mailbox.ts";
import type { Settings } from "./settings.ts";

const KIND = "pool";
const CAPACITY = 4096;
const BYTES = 4 << 20;
const SIZE = ringSize(CAPACITY, BYTES);

// Words, before the workers' own.
const OWNER = SPARE;
const CLOSED = SPARE + 1;
const HIRED = SPARE + 2;
const MOST = SPARE + 3;

// Words of a worker.
const WORKER = 5;
const RUNNING = 0;
const DONE = 1;
const MEMORY = 2; // KiB
const WHO = 3;
/** The thread that is about to send it a call, or 0. */
const RESERVED = 4;

// Words of the desk.
const FREE = 0;
const LOOKING = WAIT_SET;
const WORKERS = WAIT_SET * 2;
const GRACE = WORKERS + MOST_THREADS * WORKER;
const TIMEOUT = GRACE + 1;
const DESK = GRACE + 2;

let makeFace: (queue: CallQueue) => object = (queue) => queue;

/** Says how a pool is made in a thread that it was sent to. */
export function definePool(make: (queue: CallQueue) => object): void {
  makeFace = make;
  defineKind(KIND, (memory, name, id) => new CallQueue(memory, name, id, null));
}

/** In the generation of a call: its worker has to fetch what it takes along. */
export const FETCH = 0x4000_0000;

export class CallQueue extends SharedObject {
  declare readonly ring: Ring;
  /** The workers, and those who have calls to put. */
  declare readonly takers: Line;
  declare readonly givers: Line;
  /** The pool, as users have it in hand in this thread. */
  declare pool: object | null;
  /** Bits of the workers that are free, and of those that are looking; then WORKER words for each thread. */
  declare private readonly desk: Int32Array;

  constructor(memory: SharedArrayBuffer, name: string, id: number, most: number | null) {
    super(KIND, memory, name, id);
    const { commons, who } = here();
    this.ring = new Ring(memory, commons, who, most === null ? null : { capacity: CAPACITY, bytes: BYTES });
    this.takers = new Line(this.words, RECEIVERS);
    this.givers = new Line(this.words, SENDERS);
    this.desk = new Int32Array(memory, SIZE, DESK);
    this.pool = null;
    if (most !== null) {
      this.words[OWNER] = who;
      this.words[MOST] = most;
    }
    const { predecessor } = this.ring;
    if (predecessor !== 0 && predecessor !== who) this.mend(predecessor);
    this.ring.begin();
  }

  override get face(): unknown {
    this.pool ??= makeFace(this);
    return this.pool;
  }

  /** The thread that started the pool, and its workers. */
  get owner(): number {
    return this.words[OWNER] as number;
  }

  /** How many workers it may have. */
  get most(): number {
    return this.words[MOST] as number;
  }

  /** Milliseconds; see the options of a pool. */
  get grace(): number {
    return durationOf(this.desk[GRACE] as number);
  }

  get timeout(): number {
    return durationOf(this.desk[TIMEOUT] as number);
  }

  get hired(): number {
    return loaded(this.words, HIRED);
  }

  set hired(count: number) {
    Atomics.store(this.words, HIRED, count);
  }

  get isClosed(): boolean {
    return loaded(this.words, CLOSED) !== 0;
  }

  /** No more calls are put. */
  close(): void {
    Atomics.store(this.words, CLOSED, 1);
    this.ring.close();
    this.givers.wakeAll();
  }

  /** This thread begins to take calls. */
  join(): void {
    const { who, slot } = here();
    Atomics.store(this.desk, WORKERS + slot * WORKER + RESERVED, 0);
    Atomics.store(this.desk, WORKERS + slot * WORKER + WHO, who);
    removeBit(this.desk, FREE, slot);
    removeBit(this.desk, LOOKING, slot);
    this.report(slot, 0, 0);
    this.reportMemory(slot, 0);
  }

  /** A worker says whether it runs nothing. */
  setFree(slot: number, isFree: boolean): void {
    if (isFree) addBit(this.desk, FREE, slot);
    else removeBit(this.desk, FREE, slot);
  }

  /** A worker begins to look for calls. */
  beginLooking(slot: number): void {
    addBit(this.desk, LOOKING, slot);
  }

  /** It stops. */
  endLooking(slot: number): void {
    removeBit(this.desk, LOOKING, slot);
  }

  /** There are calls: has a worker woken, unless one is looking. */
  wake(): void {
    if (!hasBits(this.desk, LOOKING)) this.takers.wakeOne();
  }

  isFree(slot: number): boolean {
    return hasBit(this.desk, FREE, slot);
  }

  /** Reserves a worker that is free, for a call that is sent to it. Answers its number, or 0 if there is none, or calls wait that were made before. */
  reserve(): number {
    if (this.ring.length > 0) return 0;
    const { who } = here();
    for (const slot of this.free()) {
      if (Atomics.compareExchange(this.desk, WORKERS + slot * WORKER + RESERVED, 0, who) !== 0) continue;
      const worker = Atomics.load(this.desk, WORKERS + slot * WORKER + WHO);
      // The last look: a worker that has only just begun, in place of one that has died, is not reserved.
      const isOurs = (): boolean => Atomics.load(this.desk, WORKERS + slot * WORKER + RESERVED) === who;
      if (this.isFree(slot) && this.isWorker(slot) && isOurs()) return worker;
      this.unreserve(slot, who);
    }
    return 0;
  }

  /** A worker is not reserved by `who` any more, and looks for other calls. */
  unreserve(slot: number, who: number): void {
    if (Atomics.compareExchange(this.desk, WORKERS + slot * WORKER + RESERVED, who, 0) === who) here().rouse(slot);
  }

  isReserved(slot: number): boolean {
    return Atomics.load(this.desk, WORKERS + slot * WORKER + RESERVED) !== 0;
  }

  /** The slots of the workers that run nothing. */
  free(): number[] {
    const slots: number[] = [];
    for (let word = 0; word < WAIT_SET; word++) {
      for (let bits = Atomics.load(this.desk, FREE + word); bits !== 0; bits &= bits - 1) {
        const slot = (word << 5) | (31 - Math.clz32(bits & -bits));
        if (this.isWorker(slot)) slots.push(slot);
      }
    }
    return slots;
  }

  /** Does a worker of this pool live in a slot? */
  private isWorker(slot: number): boolean {
    const who = Atomics.load(this.desk, WORKERS + slot * WORKER + WHO);
    return who !== 0 && here().commons.at(slot) === who;
  }

  /** A worker tells of itself. */
  report(slot: number, running: number, done: number): void {
    const at = WORKERS + slot * WORKER;
    this.desk[at + RUNNING] = running;
    this.desk[at + DONE] = done;
  }

  reportMemory(slot: number, kib: number): void {
    this.desk[WORKERS + slot * WORKER + MEMORY] = kib;
  }

  reportOf(slot: number): { readonly running: number; readonly done: number; readonly memoryMb: number } {
    const at = WORKERS + slot * WORKER;
    const { desk } = this;
    return {
      running: desk[at + RUNNING] as number,
      done: desk[at + DONE] as number,
      memoryMb: Math.round(((desk[at + MEMORY] as number) / 1024) * 10) / 10,
    };
  }

  protected mendFor(dead: number): void {
    const slot = slotOf(dead);
    const isDone = this.ring.mend(dead, (ticket) => this.lose(ticket, dead));
    if (!isDone) setImmediate(() => this.mend(dead));
    // Another one may have taken its slot, and perhaps not for this pool.
    if (Atomics.compareExchange(this.desk, WORKERS + slot * WORKER + WHO, dead, 0) === dead) {
      removeBit(this.desk, FREE, slot);
      Atomics.store(this.desk, WORKERS + slot * WORKER + RESERVED, 0);
      removeBit(this.desk, LOOKING, slot); // what it has told of itself stays: how it has ended is judged by that
    }
    this.takers.clear(slot);
    this.givers.clear(slot);
    this.takers.wakeAll();
    this.givers.wakeAll();
  }

  /** A worker has died with a call it had taken. It may not have noted that in the caller's table yet, nor have told the caller of one that was withdrawn: that is done now. */
  private lose(ticket: number, dead: number): void {
    const at = this.ring.labelAt(ticket);
    const place = this.words[at] as number;
    const mailbox = directory().find(this.words[at + 1] as number);
    const generation = (this.words[at + 3] as number) & GENERATIONS;
    if (mailbox instanceof Mailbox) {
      mailbox.take(place, dead, 0);
      if (mailbox.owner === here().who) desk().lost(place, generation, dead);
      else here().tell(mailbox.owner, { about: "lost call", place, generation, dead } as Message);
    }
    forgetIn(this.ring, ticket);
  }
}

export function newCallQueue({ name, threads, grace, timeout }: Settings): CallQueue {
  const memory = new SharedArrayBuffer(SIZE + DESK * 4);
  const desk = new Int32Array(memory, SIZE, DESK);
  desk[GRACE] = wordFor(grace);
  desk[TIMEOUT] = wordFor(timeout);
  return new CallQueue(memory, name, NEW, threads);
}

/** What does not fit into a word is as good as endless: 24 days. */
const wordFor = (ms: number): number => (ms > ENDLESS ? ENDLESS : Math.ceil(ms));
const durationOf = (word: number): number => (word === ENDLESS ? Number.POSITIVE_INFINITY : word);
const ENDLESS = 0x7fff_ffff;
