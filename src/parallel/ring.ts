// A bounded queue in shared memory, for any number of threads at both ends.
//
// After Dmitry Vyukov's bounded MPMC queue: each slot has a sequence number that says whose turn it is. What is added: the queue can be closed, has a capacity of its own,
// holds values of any size, and survives the death of a thread at any instruction.
//
//   put    1 ticket: write it down as wanted, move the tail   2 write   3 publish: sequence = ticket + 1
//   take   1 ticket: write it down as wanted, move the head   2 read    3 release: sequence = ticket + slots
//
// The closed bit lies in the word of the tail, so a ticket is given before the end or not at all: what is put is before the end of what is taken.
//
// What is written down tells, when a thread has died, which ticket it may have had: it had it if the ticket has been given, step 3 has not been done, and no living
// thread has written down the same. A put that was left half done becomes a tombstone, which those who take pass over; a take is finished, and counted as lost.
//
// Values that do not fit into a slot lie in pages; see pages.ts.
//
// Invariants
//   sequence of slot i is, but for the laps, i (free) or i + 1 (full); between the two only while a ticket is held
//   head <= tail <= head + capacity

import { type Commons, MOST_THREADS, slotOf } from "./commons.ts";
import { BODY } from "./directory.ts";
import { PAGE_SIZE, Pages } from "./pages.ts";
import { steps } from "./steps.ts";
import { WAIT_SET } from "./wait-set.ts";

// Words, after the head of the object. What senders write and what receivers write lie in different cache lines, and what hardly changes in others.
const LINE = 16;
const CAPACITY = BODY;
const SLOTS = BODY + 1;
const PAGES = BODY + 2;
/** For the user of the ring: five words. */
export const SPARE: number = BODY + 3;
const TAIL = LINE; // twice the next ticket, and 1 when closed
const TAIL_LAPS = LINE + 1;
const NEXT_PAGE = LINE + 2;
const HEAD = LINE * 2;
const HEAD_LAPS = LINE * 2 + 1;
const LOST = LINE * 2 + 2;
const DROPPED = LINE * 2 + 3;
/** Where the threads are noted that sleep because it is empty, and because it is full. */
export const RECEIVERS: number = LINE * 3;
export const SENDERS: number = RECEIVERS + WAIT_SET;
/** Room for the reason of the end, in bytes. */
export const REASON_SIZE = 1024;
const WANTED = LINE * 4;
const REASON = WANTED + MOST_THREADS * LINE;
const FIRST = Math.ceil((REASON + REASON_SIZE / 4) / 32) * 32;

// Words of what a thread has written down.
const WANTED_BY = 0;
const WANTED_PUT = 1;
const WANTED_TAKE = 2;

// Words of a slot.
const SLOT_WORDS = 32;
const SEQUENCE = 0;
const KIND = 1;
const LENGTH = 2;
const PAGE = 3;
/** Four words for the user of the ring. */
const LABEL = 4;
const PAYLOAD = 8;
/** Bytes that fit into a slot. */
export const INLINE: number = (SLOT_WORDS - PAYLOAD) * 4;

const TICKETS = 0x7fff_ffff;
/** Far away from any ticket that is about. */
const FAR = 0x4000_0000;

// What `put` answers instead of a ticket.
export const FULL = -1;
export const CLOSED = -2;
// What `take` answers.
export const EMPTY = -1;
export const END = -2;

/** The kind of what a thread that has died was about to put. */
export const TOMBSTONE = 0;
/** In the kind: the value lies in pages. */
export const PAGED = 16;

/** Bytes of shared memory for a ring with room for so many values, and so many bytes of large ones. */
export function ringSize(capacity: number, bytes: number): number {
  const pages = Math.ceil(bytes / PAGE_SIZE);
  return (FIRST + slotsFor(capacity) * SLOT_WORDS + pages) * 4 + PAGE_SIZE + pages * PAGE_SIZE;
}

/** With one slot "full" and "free for the next" would be the same number. */
const slotsFor = (capacity: number): number => Math.max(2, 2 ** Math.ceil(Math.log2(capacity)));

const signed = (difference: number): number => (difference << 1) >> 1;

interface Text {
  latin1Slice(start: number, end: number): string;
}

export class Ring {
  declare readonly words: Int32Array;
  declare readonly floats: Float64Array;
  declare readonly bytes: Uint8Array;
  /** The same, for Node's own ways to read text. */
  declare readonly buffer: Text;
  declare readonly capacity: number;
  /** Where values lie that do not fit into a slot. */
  declare readonly pages: Pages;
  declare private readonly commons: Commons;
  declare private readonly mask: number;
  declare private readonly wanted: number;
  /** The head was here, or further on. */
  declare private headSeen: number;
  declare private readonly who: number;

  /** `fresh` says how large it is to be; without that it is one that has been made before. */
  constructor(
    memory: SharedArrayBuffer,
    commons: Commons,
    who: number,
    fresh: { readonly capacity: number; readonly bytes: number } | null,
  ) {
    this.words = new Int32Array(memory);
    this.floats = new Float64Array(memory, 0, memory.byteLength >> 3);
    this.bytes = new Uint8Array(memory);
    this.buffer = Buffer.from(memory) as unknown as Text;
    this.commons = commons;
    this.who = who;
    this.headSeen = 0;
    const { words } = this;
    if (fresh !== null) {
      words[CAPACITY] = fresh.capacity;
      words[SLOTS] = slotsFor(fresh.capacity);
      words[PAGES] = Math.ceil(fresh.bytes / PAGE_SIZE);
      for (let i = 0; i < (words[SLOTS] as number); i++) words[FIRST + i * SLOT_WORDS + SEQUENCE] = i;
    }
    const slots = words[SLOTS] as number;
    this.capacity = words[CAPACITY] as number;
    this.mask = slots - 1;
    this.pages = new Pages(words, FIRST + slots * SLOT_WORDS, words[PAGES] as number, NEXT_PAGE, who);
    this.wanted = WANTED + slotOf(who) * LINE;
  }

  /** Who has written down what in the place of this thread: 0, this thread, or one that has died. */
  get predecessor(): number {
    return Atomics.load(this.words, this.wanted + WANTED_BY);
  }

  /** This thread begins to use the ring. What its predecessor has left has been mended. */
  begin(): void {
    this.words[this.wanted + WANTED_PUT] = FAR ^ (Atomics.load(this.words, TAIL) >>> 1);
    this.words[this.wanted + WANTED_TAKE] = FAR ^ Atomics.load(this.words, HEAD);
    Atomics.store(this.words, this.wanted + WANTED_BY, this.who);
  }

  /** Gives a ticket for a put; FULL or CLOSED if there is none. */
  claimPut(): number {
    const { words, mask, wanted } = this;
    let missed = false;
    for (;;) {
      const tail = Atomics.load(words, TAIL);
      const ticket = tail >>> 1;
      if ((tail & 1) !== 0) return this.giveUp(missed, WANTED_PUT, ticket, CLOSED);
      const sequence = Atomics.load(words, FIRST + (ticket & mask) * SLOT_WORDS + SEQUENCE);
      const ahead = signed(sequence - ticket);
      if (ahead > 0) continue; // another one was quicker
      if (ahead < 0 || !this.isBelow(ticket)) return this.giveUp(missed, WANTED_PUT, ticket, FULL);
      words[wanted + WANTED_PUT] = ticket;
      if (Atomics.compareExchange(words, TAIL, tail, (tail + 2) | 0) === tail) {
        if (ticket === TICKETS) Atomics.add(words, TAIL_LAPS, 1);
        if (steps.at !== null) steps.at("claim");
        return ticket;
      }
      missed = true;
    }
  }

  /** The index of the payload of a ticket, in 8 bytes: for `floats`. */
  floatAt(ticket: number): number {
    return (FIRST + (ticket & this.mask) * SLOT_WORDS + PAYLOAD) >> 1;
  }

  /** The same in bytes. */
  byteAt(ticket: number): number {
    return (FIRST + (ticket & this.mask) * SLOT_WORDS + PAYLOAD) << 2;
  }

  /** Where the four words of a ticket lie that its user writes before it is published. */
  labelAt(ticket: number): number {
    return FIRST + (ticket & this.mask) * SLOT_WORDS + LABEL;
  }

  /** Everybody may take what has been written. */
  publish(ticket: number, kind: number, length: number, page: number): void {
    const { words } = this;
    const at = FIRST + (ticket & this.mask) * SLOT_WORDS;
    words[at + KIND] = kind;
    words[at + LENGTH] = length;
    words[at + PAGE] = page;
    if (steps.at !== null) steps.at("write");
    Atomics.store(words, at + SEQUENCE, (ticket + 1) & TICKETS);
    if (steps.at !== null) steps.at("publish");
  }

  /** Which ticket is next to be taken; EMPTY, or END if there will be none. Takes nothing. Tombstones are passed over. */
  peek(): number {
    const { words, mask } = this;
    for (;;) {
      const ticket = Atomics.load(words, HEAD);
      const at = FIRST + (ticket & mask) * SLOT_WORDS;
      const ahead = signed(Atomics.load(words, at + SEQUENCE) - ((ticket + 1) & TICKETS));
      if (ahead > 0) continue; // another one was quicker
      if (ahead < 0) {
        const tail = Atomics.load(words, TAIL);
        if ((tail & 1) !== 0 && tail >>> 1 === ticket) {
          if (Atomics.load(words, HEAD) === ticket) return END;
          continue;
        }
        return EMPTY;
      }
      if (words[at + KIND] !== TOMBSTONE) return ticket;
      if (this.claimTake(ticket)) this.release(ticket);
    }
  }

  kindOf(ticket: number): number {
    return this.words[FIRST + (ticket & this.mask) * SLOT_WORDS + KIND] as number;
  }

  lengthOf(ticket: number): number {
    return this.words[FIRST + (ticket & this.mask) * SLOT_WORDS + LENGTH] as number;
  }

  /** Takes a ticket that was peeked at: what was read of it before is then what was put. False if another thread has it. */
  claimTake(ticket: number): boolean {
    const { words, wanted } = this;
    words[wanted + WANTED_TAKE] = ticket;
    if (Atomics.compareExchange(words, HEAD, ticket, (ticket + 1) & TICKETS) !== ticket) {
      words[wanted + WANTED_TAKE] = ticket ^ FAR;
      return false;
    }
    if (ticket === TICKETS) Atomics.add(words, HEAD_LAPS, 1);
    if (steps.at !== null) steps.at("take");
    return true;
  }

  /** What has been taken has been read: its place is free. Says whether pages have become free. */
  release(ticket: number): boolean {
    const { words, mask } = this;
    const at = FIRST + (ticket & mask) * SLOT_WORDS;
    const isPaged = ((words[at + KIND] as number) & PAGED) !== 0;
    if (isPaged) this.pages.free(words[at + PAGE] as number, words[at + LENGTH] as number);
    if (steps.at !== null) steps.at("read");
    Atomics.store(words, at + SEQUENCE, (ticket + mask + 1) & TICKETS);
    return isPaged;
  }

  /** The bytes of a ticket. They are valid until it is released. */
  bytesOf(ticket: number): Uint8Array {
    const at = FIRST + (ticket & this.mask) * SLOT_WORDS;
    const { words } = this;
    const length = words[at + LENGTH] as number;
    const isPaged = ((words[at + KIND] as number) & PAGED) !== 0;
    const start = isPaged ? this.pages.byteAt(words[at + PAGE] as number) : (at + PAYLOAD) << 2;
    return this.bytes.subarray(start, start + length);
  }

  /** No more is put. False if it was closed before. */
  close(): boolean {
    return (Atomics.or(this.words, TAIL, 1) & 1) === 0;
  }

  get isClosed(): boolean {
    return (Atomics.load(this.words, TAIL) & 1) !== 0;
  }

  /** Would a put of a small value be possible? */
  get hasRoom(): boolean {
    return this.length < this.capacity;
  }

  /** Values in it, those included that are just being put. */
  get length(): number {
    return signed((Atomics.load(this.words, TAIL) >>> 1) - Atomics.load(this.words, HEAD));
  }

  get put(): number {
    return Atomics.load(this.words, TAIL_LAPS) * (TICKETS + 1) + (Atomics.load(this.words, TAIL) >>> 1);
  }

  get lost(): number {
    return Atomics.load(this.words, LOST);
  }

  get dropped(): number {
    return Atomics.load(this.words, DROPPED);
  }

  drop(): void {
    Atomics.add(this.words, DROPPED, 1);
  }

  /** Where the reason of the end is kept. */
  get reason(): Uint8Array {
    return this.bytes.subarray(REASON * 4, REASON * 4 + REASON_SIZE);
  }

  /**
   * Finishes what a thread that has died has left half done. In one thread at a time. `forget` is given what it had taken. False if a living thread may be at the same
   * place: it goes on from there, and this is to be tried again.
   */
  mend(dead: number, forget: (ticket: number) => void): boolean {
    const { words, mask } = this;
    const at = WANTED + slotOf(dead) * LINE;
    if (Atomics.load(words, at + WANTED_BY) !== dead) return true;
    // 1 a put
    const put = words[at + WANTED_PUT] as number;
    const putAt = FIRST + (put & mask) * SLOT_WORDS;
    if (Atomics.load(words, putAt + SEQUENCE) === put && signed((Atomics.load(words, TAIL) >>> 1) - put) > 0) {
      if (this.isWantedByLiving(WANTED_PUT, put, dead)) return false;
      this.pages.sweep(~put);
      this.publish(put, TOMBSTONE, 0, 0);
    }
    // 2 a take
    const take = words[at + WANTED_TAKE] as number;
    const takeAt = FIRST + (take & mask) * SLOT_WORDS;
    if (
      Atomics.load(words, takeAt + SEQUENCE) === ((take + 1) & TICKETS) &&
      signed(Atomics.load(words, HEAD) - take) > 0
    ) {
      if (this.isWantedByLiving(WANTED_TAKE, take, dead)) return false;
      if (words[takeAt + KIND] !== TOMBSTONE) {
        Atomics.add(words, LOST, 1);
        forget(take);
      }
      this.pages.sweep(~take);
      words[takeAt + KIND] = TOMBSTONE; // its pages are free already
      this.release(take);
    }
    // 3 pages it had not put yet
    this.pages.sweep(dead);
    Atomics.store(words, at + WANTED_BY, 0);
    return true;
  }

  /** Throws when an invariant does not hold. For a ring that nobody uses at the moment. */
  check(): void {
    const { words, mask } = this;
    const head = Atomics.load(words, HEAD);
    const tail = Atomics.load(words, TAIL) >>> 1;
    const length = signed(tail - head);
    if (length < 0 || length > this.capacity) throw new Error(`Ring: ${length} values, room for ${this.capacity}`);
    for (let i = 0; i <= mask; i++) {
      const ticket = (head + i) & TICKETS;
      const expected = i < length ? (ticket + 1) & TICKETS : ticket;
      const sequence = words[FIRST + (ticket & mask) * SLOT_WORDS + SEQUENCE];
      if (sequence !== expected) throw new Error(`Ring: ticket ${ticket} has sequence ${sequence}, not ${expected}`);
    }
    this.pages.check(
      (who) => this.commons.isAlive(who),
      (ticket) => signed(ticket - head) >= 0,
    );
  }

  /** Is there room for a ticket? The head is looked at only if what is known of it does not tell: it lies where those write who take. */
  private isBelow(ticket: number): boolean {
    if (signed(ticket - this.headSeen) < this.capacity && signed(ticket - this.headSeen) >= 0) return true;
    this.headSeen = Atomics.load(this.words, HEAD);
    return signed(ticket - this.headSeen) < this.capacity;
  }

  /** No ticket after all. What was written down must not be taken for one later. */
  private giveUp(missed: boolean, what: number, ticket: number, answer: number): number {
    if (missed) this.words[this.wanted + what] = ticket ^ FAR;
    return answer;
  }

  private isWantedByLiving(what: number, ticket: number, dead: number): boolean {
    for (let slot = 0; slot < MOST_THREADS; slot++) {
      const at = WANTED + slot * LINE;
      const by = Atomics.load(this.words, at + WANTED_BY);
      if (by !== dead && this.commons.isAlive(by) && this.words[at + what] === ticket) return true;
    }
    return false;
  }
}
