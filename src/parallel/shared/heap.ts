// The memory of a shared map: pages of 4 KiB, and blocks of 32 bytes, into which pages are cut. What is larger than one of them is a chain of them.
//
// Since there are but two sizes, and a chain of blocks will do where there is no page, what was free once can be used again whatever is put there.
//
// Each thread has some free blocks in hand, which it takes and gives back without asking anybody. It gets and gives away a chunk of them at a time, and pages one at a time, under
// the lock of the heap. What it is about to move stands in its record before it is moved, so that whoever mends can tell where it was when the thread died: see recovery.ts. The
// mender uses a heap with the record of the dead thread, and its name.
//
// Invariant
//   a block or page is in exactly one place: in an entry or its chains, in a chain of a record, in its hand, or among the free ones

import { steps } from "../steps.ts";
import type { Arena } from "./arena.ts";
import {
  BLOCK_WORDS,
  BLOCKS,
  BREAK,
  CHUNK,
  DIRECTORY,
  DIRECTORY_SIZE,
  FIRST_CHAIN,
  FREE_CHUNKS,
  FREE_PAGES,
  GIVING,
  HEAP_LOCK,
  LAST_CHAIN,
  MOST,
  PAGE,
  PAGE_IN_HAND,
  PAGE_WORDS,
  SPILL,
  TAKING,
} from "./layout.ts";

/** Waits a moment for a thread that holds a lock, or puts its affairs in order if it has died. `spins`: how often that has been tried. */
export type Contend = (holder: number, spins: number) => void;

/** Blocks that are moved at a time, and how many a thread keeps at most. */
const MOVED = 128;
const KEPT = 2 * MOVED;

// Words of a chunk of free blocks, behind the first one, by which its blocks are linked.
const NEXT_CHUNK = 1;
const CHUNK_SIZE = 2;

export class Heap {
  declare private readonly arena: Arena;
  declare private readonly contend: Contend;
  declare private readonly who: number;
  declare private readonly record: number;
  /** How many blocks are in hand. */
  declare private kept: number;

  /** `record` is where the record of the thread begins. */
  constructor(arena: Arena, contend: Contend, who: number, record: number) {
    this.arena = arena;
    this.contend = contend;
    this.who = who;
    this.record = record;
    this.kept = 0;
  }

  /** Puts a block before a chain of this thread's record. False if there is no memory. O(1). */
  takeBlock(chain: number): boolean {
    const { record } = this;
    let words = this.arena.words;
    if (words[record + BLOCKS] === 0) {
      if (!this.refill()) return false;
      words = this.arena.words;
    }
    const block = words[record + BLOCKS] as number;
    words = this.arena.upTo(block + BLOCK_WORDS);
    words[record + TAKING] = block;
    if (steps.at !== null) steps.at("map: take");
    words[record + BLOCKS] = words[block] as number;
    if (steps.at !== null) steps.at("map: taken");
    words[block] = words[record + chain] as number;
    words[record + chain] = block;
    words[record + TAKING] = 0;
    this.kept--;
    return true;
  }

  /** Can a block be taken without asking anybody? */
  get hasBlock(): boolean {
    return this.arena.words[this.record + BLOCKS] !== 0;
  }

  /** The reference of the first one in a chain. */
  first(chain: number): number {
    return this.arena.words[this.record + chain] as number;
  }

  /** The same with a page. */
  takePage(chain: number): boolean {
    const { record } = this;
    const page = this.fetchPage();
    if (page === 0) return false;
    const { words } = this.arena;
    words[page] = words[record + chain] as number;
    words[record + chain] = page | PAGE;
    if (steps.at !== null) steps.at("map: page");
    words[record + PAGE_IN_HAND] = 0;
    return true;
  }

  /** Frees a chain of this thread's record. O(length). */
  release(chain: number): void {
    const { record } = this;
    let { words } = this.arena;
    for (let reference = words[record + chain] as number; reference !== 0; ) {
      const at = reference & ~PAGE;
      words = this.arena.upTo(at + BLOCK_WORDS);
      words[record + GIVING] = reference;
      if (steps.at !== null) steps.at("map: release");
      words[record + chain] = words[at] as number;
      if (steps.at !== null) steps.at("map: give");
      this.give(reference);
      if (this.kept > KEPT) this.spill();
      reference = words[record + chain] as number;
    }
  }

  /** Calls a function with the right to change what belongs to the heap as a whole, and to grow. */
  locked<T>(f: (words: Int32Array) => T): T {
    this.lock();
    try {
      return f(this.arena.words);
    } finally {
      this.unlock();
    }
  }

  /** Takes so many words that have never been used, for good: they are found at the word `at` then. With the lock. */
  carve(at: number, size: number): boolean {
    const start = this.arena.words[BREAK] as number;
    if (start + size > (this.arena.words[MOST] as number) || !this.arena.reach(start + size)) return false;
    const { words } = this.arena;
    words[at] = start;
    if (steps.at !== null) steps.at("map: carve");
    words[BREAK] = start + size;
    return true;
  }

  /** Puts in order what the thread of this record was doing when it died. */
  recover(): void {
    const { record, arena } = this;
    const words = arena.refresh();
    // 1 with the lock: a page or a chunk has been moved or not
    if (Atomics.load(words, HEAP_LOCK) === this.who) {
      const page = words[record + PAGE_IN_HAND];
      if (page !== 0 && (words[FREE_PAGES] === page || words[BREAK] === page)) words[record + PAGE_IN_HAND] = 0;
      for (let part = DIRECTORY; part < DIRECTORY + DIRECTORY_SIZE; part++)
        if (words[part] === words[BREAK]) words[part] = 0;
      const chunk = words[record + CHUNK] as number;
      if (chunk !== 0 && words[FREE_CHUNKS] !== chunk) words[record + BLOCKS] = chunk;
      if (words[FREE_CHUNKS] === words[record + SPILL]) words[record + SPILL] = 0;
      if (
        ((words[record + GIVING] as number) & PAGE) !== 0 &&
        words[FREE_PAGES] === ((words[record + GIVING] as number) & ~PAGE)
      )
        words[record + GIVING] = 0;
      this.unlock();
    }
    words[record + CHUNK] = 0;
    // 2 a block was being taken: in hand, in a chain, or between
    const taking = words[record + TAKING] as number;
    if (taking !== 0) {
      if (words[record + BLOCKS] !== taking && !this.isChain(taking)) {
        words[taking] = words[record + BLOCKS] as number;
        words[record + BLOCKS] = taking;
      }
      words[record + TAKING] = 0;
    }
    // 3 blocks in hand were being given away
    const spill = words[record + SPILL] as number;
    if (spill !== 0) {
      if (words[record + BLOCKS] === spill) words[record + SPILL] = 0;
      else this.giveChunk(spill);
    }
    // 4 something was being given back
    const giving = words[record + GIVING] as number;
    if (giving !== 0) {
      if (giving === ((words[record + PAGE_IN_HAND] as number) | PAGE)) words[record + PAGE_IN_HAND] = 0;
      if (this.isChain(giving) || words[record + BLOCKS] === giving) words[record + GIVING] = 0;
      else this.give(giving);
    }
    // 5 a page was in hand: in a chain, or cut, or neither
    const page = words[record + PAGE_IN_HAND] as number;
    if (page !== 0) {
      if (!this.isChain(page | PAGE) && words[record + BLOCKS] !== page) {
        words[record + GIVING] = page | PAGE;
        words[record + PAGE_IN_HAND] = 0;
        this.give(page | PAGE);
      }
      words[record + PAGE_IN_HAND] = 0;
    }
  }

  /** This thread begins, perhaps again, with what is in hand. */
  begin(): void {
    const words = this.arena.refresh();
    this.kept = 0;
    for (let block = words[this.record + BLOCKS] as number; block !== 0; block = words[block] as number) this.kept++;
  }

  /** Gives all that is in hand to everybody. */
  surrender(): void {
    while (this.arena.words[this.record + BLOCKS] !== 0) this.spill();
    this.kept = 0;
  }

  /** Blocks are in hand again, or there is no memory. */
  private refill(): boolean {
    const { record } = this;
    this.lock();
    const words = this.arena.words;
    const chunk = words[FREE_CHUNKS] as number;
    if (chunk !== 0) {
      const view = this.arena.upTo(chunk + BLOCK_WORDS);
      view[record + CHUNK] = chunk;
      if (steps.at !== null) steps.at("map: chunk");
      view[FREE_CHUNKS] = view[chunk + NEXT_CHUNK] as number;
      if (steps.at !== null) steps.at("map: refill");
      view[record + BLOCKS] = chunk;
      view[record + CHUNK] = 0;
      this.kept = view[chunk + CHUNK_SIZE] as number;
      this.unlock();
      return true;
    }
    this.unlock();
    const page = this.fetchPage();
    if (page === 0) return false;
    this.cut(page);
    return true;
  }

  private cut(page: number): void {
    const { record } = this;
    const { words } = this.arena;
    const last = page + PAGE_WORDS - BLOCK_WORDS;
    for (let block = page; block < last; block += BLOCK_WORDS) words[block] = block + BLOCK_WORDS;
    words[last] = 0;
    if (steps.at !== null) steps.at("map: cut");
    words[record + BLOCKS] = page;
    words[record + PAGE_IN_HAND] = 0;
    this.kept = PAGE_WORDS / BLOCK_WORDS;
  }

  /** Takes a page in hand; 0 if there is none. */
  private fetchPage(): number {
    const { record } = this;
    this.lock();
    const page = this.arena.words[FREE_PAGES] as number;
    if (page !== 0) {
      const words = this.arena.upTo(page + PAGE_WORDS);
      words[record + PAGE_IN_HAND] = page;
      if (steps.at !== null) steps.at("map: fetch");
      words[FREE_PAGES] = words[page] as number;
    } else if (!this.carve(record + PAGE_IN_HAND, PAGE_WORDS)) {
      this.unlock();
      return 0;
    }
    this.unlock();
    return this.arena.words[record + PAGE_IN_HAND] as number;
  }

  /** What stands at GIVING is free. */
  private give(reference: number): void {
    const { record } = this;
    const at = reference & ~PAGE;
    if (at === reference) {
      const { words } = this.arena;
      words[at] = words[record + BLOCKS] as number;
      words[record + BLOCKS] = at;
      words[record + GIVING] = 0;
      this.kept++;
      return;
    }
    this.lock();
    const { words } = this.arena;
    words[at] = words[FREE_PAGES] as number;
    words[FREE_PAGES] = at;
    if (steps.at !== null) steps.at("map: free page");
    words[record + GIVING] = 0;
    this.unlock();
  }

  /** Gives a chunk of what is in hand away. */
  private spill(): void {
    const { record } = this;
    const words = this.arena.refresh();
    const first = words[record + BLOCKS] as number;
    let last = first;
    let count = 1;
    while (count < MOVED && words[last] !== 0) {
      last = words[last] as number;
      count++;
    }
    words[record + SPILL] = first;
    if (steps.at !== null) steps.at("map: spill");
    words[record + BLOCKS] = words[last] as number;
    if (steps.at !== null) steps.at("map: spilt");
    this.kept -= count;
    this.giveChunk(first);
  }

  /** What stands at SPILL is no longer in hand: it ends after so many blocks as are moved at a time. */
  private giveChunk(first: number): void {
    const { record } = this;
    const words = this.arena.refresh();
    let last = first;
    let count = 1;
    while (count < MOVED && words[last] !== 0) {
      last = words[last] as number;
      count++;
    }
    words[last] = 0;
    this.lock();
    words[first + NEXT_CHUNK] = words[FREE_CHUNKS] as number;
    words[first + CHUNK_SIZE] = count;
    words[FREE_CHUNKS] = first;
    if (steps.at !== null) steps.at("map: free chunk");
    words[record + SPILL] = 0;
    this.unlock();
  }

  private isChain(reference: number): boolean {
    const { words } = this.arena;
    for (let chain = FIRST_CHAIN; chain <= LAST_CHAIN; chain++)
      if (words[this.record + chain] === reference) return true;
    return false;
  }

  private lock(): void {
    for (let spins = 0; ; spins++) {
      const holder = Atomics.compareExchange(this.arena.words, HEAP_LOCK, 0, this.who);
      if (holder === 0) return;
      this.contend(holder, spins);
    }
  }

  private unlock(): void {
    Atomics.exchange(this.arena.words, HEAP_LOCK, 0);
  }
}
