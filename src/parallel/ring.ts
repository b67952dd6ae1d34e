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
// What is written down tells, when a thread has died, which ticket it may have had; see ring-mending.ts. The words are described in ring-layout.ts.
//
// Values that do not fit into a slot lie in pages; see pages.ts. test/parallel/model/ runs the text of these files in every order, with a step for each access to shared memory.
//
// Invariants
//   sequence of slot i is, but for the laps, i (free) or i + 1 (full); between the two only while a ticket is held
//   head <= tail <= head + capacity

import { type Commons, MOST_THREADS, slotOf } from "./commons.ts";
import { loaded } from "./loaded.ts";
import { PAGE_SIZE, Pages } from "./pages.ts";
import {
  CAPACITY,
  CLOSED,
  COUNTING,
  DROPPED,
  EMPTY,
  END,
  ENDS,
  FAR,
  FIRST,
  FULL,
  HEAD,
  KIND,
  LABEL,
  LENGTH,
  LOST,
  NEXT_PAGE,
  PAGE,
  PAGED,
  PAGES,
  PAGES_TOO,
  PAYLOAD,
  REASON,
  REASON_SIZE,
  ROOM,
  SEQUENCE,
  SLOT_WORDS,
  SLOTS,
  signed,
  slotsFor,
  TAIL,
  TAIL_LAPS,
  TICKETS,
  TOMBS,
  TOMBSTONE,
  WANTED_BY,
  WANTED_PUT,
  WANTED_TAKE,
  wantedOf,
} from "./ring-layout.ts";
import { discardIn, mendRing } from "./ring-mending.ts";
import { steps } from "./steps.ts";

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
  /** What has become free since its user has last set this to 0: ROOM, and PAGES_TOO. */
  declare freed: number;
  declare private readonly commons: Commons;
  /** For those who mend it. */
  declare readonly mask: number;
  declare private readonly wanted: number;
  declare private readonly who: number;
  /** The head when this thread last looked: it is there, or further. */
  declare private headSeen: number;

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
    const { words } = this;
    if (fresh !== null) {
      words[CAPACITY] = fresh.capacity;
      words[SLOTS] = slotsFor(fresh.capacity);
      words[PAGES] = Math.ceil(fresh.bytes / PAGE_SIZE);
      words[COUNTING] = FAR << 1;
      for (let i = 0; i < (words[SLOTS] as number); i++) words[FIRST + i * SLOT_WORDS + SEQUENCE] = i;
    }
    const slots = words[SLOTS] as number;
    this.capacity = words[CAPACITY] as number;
    this.mask = slots - 1;
    this.pages = new Pages(words, FIRST + slots * SLOT_WORDS, words[PAGES] as number, NEXT_PAGE, who);
    this.wanted = wantedOf(slotOf(who));
    this.freed = 0;
    this.headSeen = Atomics.load(words, HEAD);
  }

  /** Who has written down what in the place of this thread: 0, this thread, or one that has died. */
  get predecessor(): number {
    return Atomics.load(this.words, this.wanted + WANTED_BY);
  }

  /** Has it mended what those have left who have died: perhaps nobody who lived had it in hand then. Before `begin`. */
  inherit(mend: (dead: number) => void): void {
    for (let slot = 0; slot < MOST_THREADS; slot++) {
      const by = Atomics.load(this.words, wantedOf(slot) + WANTED_BY);
      if (by !== 0 && !this.commons.isAlive(by)) mend(by);
    }
    for (let by = this.predecessor; by !== 0 && by !== this.who; by = this.predecessor) mend(by); // what it has written down is about to be overwritten
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
    for (let tail = loaded(words, TAIL); ; tail = Atomics.load(words, TAIL)) {
      const ticket = tail >>> 1;
      if ((tail & 1) !== 0) return this.giveUp(missed, ticket, CLOSED);
      const at = FIRST + (ticket & mask) * SLOT_WORDS + SEQUENCE;
      let ahead = signed(loaded(words, at) - ticket);
      if (ahead < 0) ahead = signed(Atomics.load(words, at) - ticket);
      if (ahead > 0) continue; // another one was quicker
      if (ahead < 0 || this.isFullAt(ticket)) return this.giveUp(missed, ticket, FULL);
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
    for (let ticket = loaded(words, HEAD); ; ticket = Atomics.load(words, HEAD)) {
      const at = FIRST + (ticket & mask) * SLOT_WORDS;
      const full = (ticket + 1) & TICKETS;
      let ahead = signed(loaded(words, at + SEQUENCE) - full);
      if (ahead < 0) ahead = signed(Atomics.load(words, at + SEQUENCE) - full);
      if (ahead > 0) continue; // another one was quicker
      if (ahead < 0) {
        if (Atomics.load(words, HEAD) !== ticket) continue;
        if (Atomics.load(words, ENDS) === 0) return EMPTY;
        const tail = Atomics.load(words, TAIL);
        if ((tail & 1) === 0 || tail >>> 1 !== ticket) return EMPTY;
        if (Atomics.load(words, HEAD) === ticket) return END;
        continue;
      }
      if (words[at + KIND] !== TOMBSTONE) return ticket;
      if (this.claimTake(ticket)) this.release(ticket);
    }
  }

  /** Is this still the next ticket? Then what was read of it is what was put. */
  isNext(ticket: number): boolean {
    return Atomics.load(this.words, HEAD) === ticket;
  }

  kindOf(ticket: number): number {
    return this.words[FIRST + (ticket & this.mask) * SLOT_WORDS + KIND] as number;
  }

  /** Changes the kind of a ticket that was taken. */
  mark(ticket: number, kind: number): void {
    this.words[FIRST + (ticket & this.mask) * SLOT_WORDS + KIND] = kind;
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
    this.freed |= isPaged ? ROOM | PAGES_TOO : ROOM;
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
    Atomics.store(this.words, ENDS, 1);
    return (Atomics.or(this.words, TAIL, 1) & 1) === 0;
  }

  get isClosed(): boolean {
    return (Atomics.load(this.words, TAIL) & 1) !== 0;
  }

  /** Would a put of a small value be possible? */
  get hasRoom(): boolean {
    return this.length < this.capacity;
  }

  /** Values in it, those included that are just being put, and tombstones. The tail is read first: so this is never too much, and may be none while there are some. */
  get length(): number {
    const tail = Atomics.load(this.words, TAIL) >>> 1;
    return Math.max(signed(tail - Atomics.load(this.words, HEAD)), 0);
  }

  /** Values that can be taken now, as far as one thread puts and this one takes. */
  get published(): number {
    const { words, length } = this;
    if (length === 0) return 0;
    const last = (Atomics.load(words, HEAD) + length - 1) & TICKETS;
    const at = FIRST + (last & this.mask) * SLOT_WORDS + SEQUENCE;
    return Atomics.load(words, at) === ((last + 1) & TICKETS) ? length : length - 1;
  }

  /** How many values have been put. Tombstones are none. */
  get put(): number {
    return this.putBefore(Atomics.load(this.words, TAIL) >>> 1);
  }

  /** How many of them have been taken: not more than `put` says afterwards. O(1), after the death of a thread O(length). */
  get taken(): number {
    const { words } = this;
    const head = Atomics.load(words, HEAD);
    const tail = Atomics.load(words, TAIL) >>> 1;
    const left = signed(tail - head);
    if (Atomics.load(words, TOMBS) === 0) return this.putBefore(tail) - left;
    let tombs = 0;
    for (let i = 0; i < left; i++) if (this.isTomb((head + i) & TICKETS)) tombs++;
    return this.putBefore(tail) - left + tombs;
  }

  /** Values taken by a thread that died before it had read them. */
  get lost(): number {
    return Atomics.load(this.words, LOST);
  }

  /** Values thrown away. */
  get dropped(): number {
    return Atomics.load(this.words, DROPPED);
  }

  /** Throws a value away that was taken, and releases it. With the right to mend: in one thread at a time. */
  discard(ticket: number): void {
    discardIn(this, ticket);
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
    return mendRing(this, this.commons, dead, forget);
  }

  /** Throws when an invariant does not hold. For a ring that nobody uses at the moment. */
  check(): void {
    const { words, mask } = this;
    const head = Atomics.load(words, HEAD);
    const length = signed((Atomics.load(words, TAIL) >>> 1) - head);
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

  /** Is there no room for this ticket? Looks at the head, which belongs to the other end, only if there was none when it last did. */
  private isFullAt(ticket: number): boolean {
    if (((ticket - this.headSeen) & TICKETS) < this.capacity) return false;
    this.headSeen = Atomics.load(this.words, HEAD);
    return signed(ticket - this.headSeen) >= this.capacity;
  }

  /** No ticket after all. What was written down must not be taken for one later. */
  private giveUp(missed: boolean, ticket: number, answer: number): number {
    if (missed) this.words[this.wanted + WANTED_PUT] = ticket ^ FAR;
    return answer;
  }

  private putBefore(tail: number): number {
    const { words } = this;
    return Atomics.load(words, TAIL_LAPS) * (TICKETS + 1) + tail - Atomics.load(words, TOMBS);
  }

  private isTomb(ticket: number): boolean {
    const at = FIRST + (ticket & this.mask) * SLOT_WORDS;
    return Atomics.load(this.words, at + SEQUENCE) === ((ticket + 1) & TICKETS) && this.words[at + KIND] === TOMBSTONE;
  }
}
