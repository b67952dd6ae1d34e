// Where everything lies in the memory of a shared map, in words of four bytes.
//
//   head        what all shared objects have, then what is read at each operation, then what is changed when memory is taken or given back
//   directory   where each part of the table begins
//   wait sets   which threads sleep until a key is there; a key belongs to one of them
//   records     one a thread: what it is just doing, and what memory it has in hand
//   extra       words of what is built on a map; a map by itself leaves them alone
//   the rest    parts of the table, and pages, which are whole or cut into blocks
//
// A reference is the number of the first word of a block, a multiple of eight; of a page, two more. 0 is none.

import { MOST_THREADS } from "../commons.ts";
import { BODY } from "../directory.ts";
import { WAIT_SET } from "../wait-set.ts";

// Words of the head that are hardly ever changed.
/** The table has 2^LEVEL buckets. */
export const LEVEL: number = BODY;
export const SEED: number = BODY + 1;
/** How many words there can be at most. */
export const MOST: number = BODY + 2;
/** Records from this one on have never been used. */
export const TOP: number = BODY + 3;
// Those of the heap.
/** Who changes one of these: its `who`. */
export const HEAP_LOCK: number = 16;
/** From here on nothing has ever been used. */
export const BREAK: number = 17;
/** Free blocks in chunks, each of which holds the next one, and how many blocks it has. */
export const FREE_CHUNKS: number = 18;
export const FREE_PAGES: number = 19;
/** Who takes all entries out: its `who`; and 1 while some may be left of before. */
export const CLEARER: number = 20;
export const UNSWEPT: number = 21;

export const DIRECTORY: number = 32;
export const DIRECTORY_SIZE = 31;
/** A bit of what stands in KEY_SIZE: entries with another one are there no more. It changes when all are taken out. */
export const EPOCH: number = DIRECTORY + DIRECTORY_SIZE;
const WAIT_SETS: number = EPOCH + 1;
const WAIT_SET_COUNT = 8;
const RECORDS: number = WAIT_SETS + WAIT_SET_COUNT * WAIT_SET;
const RECORD = 32;
/** Words for what is built on a map. */
export const EXTRA: number = RECORDS + MOST_THREADS * RECORD;
export const EXTRA_WORDS = 32;
/** Where the table begins. */
export const FIRST: number = EXTRA + EXTRA_WORDS;

// Words of a thread's record.
export const WHO = 0;
/** How many entries it has put in, and taken out, ever. */
export const ADDED = 1;
export const REMOVED = 2;
/** The cell it locks, or is about to. */
export const CELL = 3;
/** What it does in there, and with what: see `Doing`. */
export const DOING = 4;
export const TARGET = 5;
/** What the value of TARGET, or its own counter, is to be once that is done, and what the value is before. */
export const AFTER = 6;
export const FORMER = 7;
// Chains that are its own: what it is about to put in, and what it has taken out.
export const NEW_ENTRY = 8;
export const NEW_KEY = 9;
export const NEW_VALUE = 10;
export const OLD_ENTRY = 11;
export const OLD_KEY = 12;
export const OLD_VALUE = 13;
export const FIRST_CHAIN: number = NEW_ENTRY;
export const LAST_CHAIN: number = OLD_VALUE;
/** How many shared objects in NEW_VALUE count as under way. */
export const DEPARTED = 14;
/** 1 if there are shared objects in OLD_VALUE that do. */
export const RETURNING = 15;
// Free blocks it has in hand, and what is just on its way from one place to another.
export const BLOCKS = 16;
export const TAKING = 17;
export const GIVING = 18;
export const CHUNK = 19;
export const SPILL = 20;
export const PAGE_IN_HAND = 21;
/** Nothing: what is changed where only order counts. */
export const FENCE = 22;

// What a thread does in a cell: DOING.
export const INSERT = 1;
export const REPLACE = 2;
export const REMOVE = 3;
export const SPLIT = 4;

// Words of a cell, which begins a bucket. The first two are those of an entry too.
export const NEXT = 0;
/** Entries and cells stand in the order of this. It is odd for an entry, even for a cell. */
export const ORDER = 1;
/** Who changes the bucket: its `who`. */
export const LOCK = 2;
/** Goes up with each change in the bucket; 0 while the cell is not to be begun at. */
export const CHANGES = 3;
export const CELL_WORDS = 4;

// Words of an entry, which is a block.
/** A number or the like, or the reference of a box; see value.ts. */
export const VALUE = 2;
/** How many characters the key has, twice, and 1 if they take two bytes each; and the bit of the EPOCH in which it was put in. */
export const KEY_SIZE = 3;
/** The key; if it does not fit, the last word is the reference of a chain with the rest. */
export const KEY = 4;
export const KEY_WORDS = 4;
export const MORE_KEY: number = KEY + KEY_WORDS - 1;

export const BLOCK_WORDS = 8;
export const PAGE_WORDS = 1024;
/** In a reference: it is a page. */
export const PAGE = 2;

/** Buckets in the beginning: 2^4. */
export const FIRST_LEVEL = 4;
export const LAST_LEVEL = 26;

export function recordOf(slot: number): number {
  return RECORDS + slot * RECORD;
}

/** The wait set of a key, by its place in the order. */
export function waitSetOf(order: number): number {
  return WAIT_SETS + ((order >>> 1) & (WAIT_SET_COUNT - 1)) * WAIT_SET;
}

/** All of them, for those who wake everybody. */
export function* waitSets(): Generator<number> {
  for (let i = 0; i < WAIT_SET_COUNT; i++) yield WAIT_SETS + i * WAIT_SET;
}

/** How many words of a key of so many words lie in its entry. */
export function insideEntry(length: number): number {
  return length <= KEY_WORDS ? length : KEY_WORDS - 1;
}
