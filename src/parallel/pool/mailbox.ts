// Where the answers to the calls of one thread come in, and what is noted of each call while it is under way.
//
// The table has a place for each call. TAKER says who has taken it: 0 nobody yet, a worker, or WITHDRAWN when it was cancelled before anybody had. So when a
// worker has died, the caller knows which of its calls that one had.
//
// Invariant
//   TAKER of a place goes from 0 to a worker or to WITHDRAWN, once, until the caller uses the place again

import { forgetIn } from "../cargo.ts";
import { slotOf } from "../commons.ts";
import { defineKind, NEW, SharedObject } from "../directory.ts";
import { Line } from "../line.ts";
import { here } from "../neighbours.ts";
import { Ring } from "../ring.ts";
import { RECEIVERS, ringSize, SPARE } from "../ring-layout.ts";

const KIND = "mailbox";
const CAPACITY = 4096;
const BYTES = 4 << 20;
/** Calls of one thread that can be under way at a time. */
export const PLACES: number = 1 << 14;
const PLACE = 16; // bytes
const SIZE = ringSize(CAPACITY, BYTES);

/** In place of a worker. */
export const WITHDRAWN = -1;

const OWNER = SPARE;

export class Mailbox extends SharedObject {
  declare readonly ring: Ring;
  declare readonly receivers: Line;
  declare private readonly takers: Int32Array;
  declare private readonly times: Float64Array;

  constructor(memory: SharedArrayBuffer, name: string, id: number, isNew: boolean) {
    super(KIND, memory, name, id);
    const { commons, who } = here();
    this.ring = new Ring(memory, commons, who, isNew ? { capacity: CAPACITY, bytes: BYTES } : null);
    this.receivers = new Line(this.words, RECEIVERS);
    this.takers = new Int32Array(memory, SIZE, PLACES * 4);
    this.times = new Float64Array(memory, SIZE, PLACES * 2);
    if (isNew) this.words[OWNER] = who;
    const { predecessor } = this.ring;
    if (predecessor !== 0 && predecessor !== who) this.mend(predecessor);
    this.ring.begin();
  }

  /** The thread whose answers come in here. */
  get owner(): number {
    return this.words[OWNER] as number;
  }

  /** A place is used for a new call. */
  open(place: number): void {
    Atomics.store(this.takers, place * 4, 0);
  }

  /** A worker takes a call. False if it was withdrawn. */
  take(place: number, who: number, now: number): boolean {
    this.times[place * 2 + 1] = now;
    return Atomics.compareExchange(this.takers, place * 4, 0, who) === 0;
  }

  /** The caller wants no answer any more. False if a worker has taken the call. */
  withdraw(place: number): boolean {
    return Atomics.compareExchange(this.takers, place * 4, 0, WITHDRAWN) === 0;
  }

  takerOf(place: number): number {
    return Atomics.load(this.takers, place * 4);
  }

  /** When it was taken, in milliseconds since the epoch. */
  startOf(place: number): number {
    return this.times[place * 2 + 1] as number;
  }

  protected mendFor(dead: number): void {
    const isDone = this.ring.mend(dead, (ticket) => forgetIn(this.ring, ticket));
    if (!isDone) setImmediate(() => this.mend(dead));
    this.receivers.clear(slotOf(dead));
    this.receivers.wakeAll();
  }
}

defineKind(KIND, (memory, name, id) => new Mailbox(memory, name, id, false));

export function newMailbox(): Mailbox {
  return new Mailbox(new SharedArrayBuffer(SIZE + PLACES * PLACE), "mailbox", NEW, true);
}
