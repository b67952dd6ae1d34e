// Room for values that do not fit into a slot of a ring: pages of one size, in rows, taken where there is a row that is long enough.
//
// Each page has a tag: 0 when it is free, the `who` of a thread that is about to put something, ~ticket once it belongs to a ticket of the ring. So it is known whose
// they were when a thread has died.

import { loaded } from "./loaded.ts";
import { steps } from "./steps.ts";

export const PAGE_SIZE = 512;

/** There is no row of free pages that is long enough. */
export const NO_ROW = -1;

export class Pages {
  declare private readonly words: Int32Array;
  declare private readonly table: number;
  declare private readonly count: number;
  /** The word that says where to begin looking; behind it the one that counts. */
  declare private readonly next: number;
  declare private readonly first: number;
  declare private readonly who: number;

  constructor(words: Int32Array, table: number, count: number, next: number, who: number) {
    this.words = words;
    this.table = table;
    this.count = count;
    this.next = next;
    this.first = Math.ceil(((table + count) * 4) / PAGE_SIZE) * PAGE_SIZE;
    this.who = who;
  }

  /** The most bytes that one value can have. */
  get size(): number {
    return this.count * PAGE_SIZE;
  }

  /** Another number when pages have become free. */
  get generation(): number {
    return Atomics.load(this.words, this.next + FREED);
  }

  /** Where a page begins, in bytes. */
  byteAt(page: number): number {
    return this.first + page * PAGE_SIZE;
  }

  /** Takes a row of pages with room for so many bytes: the first of them, or NO_ROW. They are this thread's until they belong to a ticket. O(pages). */
  allocate(length: number): number {
    const needed = rows(length);
    const from = loaded(this.words, this.next) % Math.max(this.count, 1);
    // From where the last ones were found to the end, then from the beginning.
    const page = this.find(needed, from, this.count);
    return page === NO_ROW ? this.find(needed, 0, Math.min(from + needed, this.count)) : page;
  }

  /** Pages that were allocated belong to a ticket now. */
  assign(page: number, length: number, ticket: number): void {
    this.tag(page, rows(length), ~ticket);
    if (steps.at !== null) steps.at("assign");
  }

  /** They are the first to be taken again: they lie in somebody's cache. */
  free(page: number, length: number): void {
    this.tag(page, rows(length), 0);
    this.words[this.next] = page;
    Atomics.add(this.words, this.next + FREED, 1);
  }

  /** Frees all that have a tag. */
  sweep(tag: number): void {
    for (let i = 0; i < this.count; i++) Atomics.compareExchange(this.words, this.table + i, tag, 0);
    Atomics.add(this.words, this.next + FREED, 1);
  }

  /** Throws when a page belongs to nobody who could free it. */
  check(isAlive: (who: number) => boolean, isIn: (ticket: number) => boolean): void {
    for (let i = 0; i < this.count; i++) {
      const tag = this.words[this.table + i] as number;
      if (tag > 0 && !isAlive(tag)) throw new Error(`Pages: page ${i} belongs to a thread that has died`);
      if (tag < 0 && !isIn(~tag)) throw new Error(`Pages: page ${i} belongs to ticket ${~tag}, long taken`);
    }
  }

  private find(needed: number, start: number, end: number): number {
    const { words, table } = this;
    let run = 0;
    for (let i = start; i < end; i++) {
      run = loaded(words, table + i) === 0 ? run + 1 : 0;
      if (run < needed) continue;
      const first = i - needed + 1;
      const own = this.take(first, needed);
      if (own === needed) {
        Atomics.store(words, this.next, first + needed);
        if (steps.at !== null) steps.at("allocate");
        return first;
      }
      this.tag(first, own, 0);
      Atomics.add(this.words, this.next + FREED, 1);
      run = 0;
      i = first + own; // that one is another's
    }
    return NO_ROW;
  }

  /** Takes pages until it meets one that is not free. Answers how many. */
  private take(first: number, needed: number): number {
    for (let own = 0; own < needed; own++)
      if (Atomics.compareExchange(this.words, this.table + first + own, 0, this.who) !== 0) return own;
    return needed;
  }

  private tag(first: number, count: number, tag: number): void {
    for (let i = first; i < first + count; i++) Atomics.store(this.words, this.table + i, tag);
  }
}

const FREED = 1;

const rows = (length: number): number => Math.ceil(length / PAGE_SIZE);
