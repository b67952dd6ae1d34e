// The invariants of a shared map, for tests: the list in order, and each block in exactly one place.

import { here } from "../neighbours.ts";
import { keyWords } from "./key.ts";
import {
  BLOCK_WORDS,
  BLOCKS,
  BREAK,
  CELL_WORDS,
  CHANGES,
  DIRECTORY,
  DIRECTORY_SIZE,
  DOING,
  FIRST,
  FIRST_CHAIN,
  FIRST_LEVEL,
  FREE_CHUNKS,
  FREE_PAGES,
  HEAP_LOCK,
  KEY_SIZE,
  KEY_WORDS,
  LAST_CHAIN,
  LEVEL,
  LOCK,
  MORE_KEY,
  NEXT,
  ORDER,
  PAGE,
  PAGE_IN_HAND,
  PAGE_WORDS,
  recordOf,
  TOP,
  VALUE,
  WHO,
} from "./layout.ts";
import type { Store } from "./store.ts";
import { isBoxed } from "./value.ts";

/** Throws when an invariant does not hold. For a map that no thread uses at the moment. */
export function checkStore(store: Store): void {
  const words = store.parts.arena.refresh();
  const places = new Places(words);
  countTable(words, places);
  countEntries(words, places, store.size);
  countRecords(words, places);
  for (let chunk = words[FREE_CHUNKS] as number; chunk !== 0; chunk = words[chunk + 1] as number)
    if (places.chain(chunk, "a free chunk") !== words[chunk + 2])
      throw new Error(`SharedMap: chunk ${chunk} is not as long as it says`);
  for (let page = words[FREE_PAGES] as number; page !== 0; page = words[page] as number)
    places.mark(page, PAGE_WORDS, "a free page");
  if (words[HEAP_LOCK] !== 0) throw new Error("SharedMap: the heap is locked");
  places.checkAll();
}

/** Which block is where. */
class Places {
  declare private readonly words: Int32Array;
  declare private readonly marks: Map<number, string>;

  constructor(words: Int32Array) {
    this.words = words;
    this.marks = new Map();
  }

  mark(start: number, size: number, what: string): void {
    for (let at = start; at < start + size; at += BLOCK_WORDS) {
      const other = this.marks.get(at);
      if (other !== undefined) throw new Error(`SharedMap: block ${at} is in ${other} and in ${what}`);
      this.marks.set(at, what);
    }
  }

  /** How many pieces a chain has. */
  chain(reference: number, what: string): number {
    let count = 0;
    for (let next = reference; next !== 0; count++) {
      const at = next & ~PAGE;
      this.mark(at, at === next ? BLOCK_WORDS : PAGE_WORDS, what);
      next = this.words[at] as number;
    }
    return count;
  }

  checkAll(): void {
    for (let at = FIRST; at < (this.words[BREAK] as number); at += BLOCK_WORDS)
      if (!this.marks.has(at)) throw new Error(`SharedMap: block ${at} is nowhere`);
  }
}

function countTable(words: Int32Array, places: Places): void {
  places.mark(FIRST, CELL_WORDS << FIRST_LEVEL, "the table");
  for (let level = FIRST_LEVEL + 1; level < DIRECTORY_SIZE; level++) {
    const part = words[DIRECTORY + level] as number;
    if (part !== 0) places.mark(part, CELL_WORDS << (level - 1), "the table");
    else if (level <= (words[LEVEL] as number)) throw new Error(`SharedMap: level ${level} has no cells`);
  }
}

function countEntries(words: Int32Array, places: Places, size: number): void {
  let entries = 0;
  let last = Number.NEGATIVE_INFINITY;
  for (let at = words[DIRECTORY] as number; at !== 0; at = words[at + NEXT] as number) {
    const order = words[at + ORDER] as number;
    if (order < last) throw new Error(`SharedMap: ${at} is before what it should be behind`);
    last = order;
    if ((order & 1) === 0) {
      if (words[at + LOCK] !== 0) throw new Error(`SharedMap: cell ${at} is locked`);
      if (words[at + CHANGES] === 0) throw new Error(`SharedMap: cell ${at} is not ready`);
      continue;
    }
    entries++;
    places.mark(at, BLOCK_WORDS, "an entry");
    if (keyWords(words[at + KEY_SIZE] as number) > KEY_WORDS) places.chain(words[at + MORE_KEY] as number, "a key");
    if (isBoxed(words[at + VALUE] as number)) places.chain(words[at + VALUE] as number, "a value");
  }
  if (entries !== size) throw new Error(`SharedMap: there are ${entries} entries, and the size is ${size}`);
}

function countRecords(words: Int32Array, places: Places): void {
  const { commons } = here();
  for (let slot = 0; slot < (words[TOP] as number); slot++) {
    const record = recordOf(slot);
    const who = words[record + WHO] as number;
    if (who !== 0 && !commons.isAlive(who)) throw new Error(`SharedMap: slot ${slot} is still that of a dead thread`);
    if (words[record + DOING] !== 0) throw new Error(`SharedMap: slot ${slot} is in the midst of something`);
    for (let chain = FIRST_CHAIN; chain <= LAST_CHAIN; chain++)
      if (words[record + chain] !== 0) throw new Error(`SharedMap: slot ${slot} has something in its chain ${chain}`);
    if (words[record + PAGE_IN_HAND] !== 0) throw new Error(`SharedMap: slot ${slot} has a page in hand`);
    places.chain(words[record + BLOCKS] as number, `the hand of slot ${slot}`);
  }
}
