// Where the cells of a table are: those that came with a level lie in one part of the memory, which the directory names, in the order of their buckets.

import type { Arena } from "./arena.ts";
import { FLIP } from "./key.ts";
import { CELL_WORDS, CHANGES, DIRECTORY, FIRST, FIRST_LEVEL, LEVEL, NEXT, ORDER } from "./layout.ts";

/** The place of a bucket's cell in the order. */
export function placeOf(bucket: number, level: number): number {
  return (bucket << (32 - level)) ^ FLIP;
}

/** Where the cell of a bucket is; 0 if that is not known here yet. */
export function cellOf(arena: Arena, bucket: number, level: number): number {
  const { words } = arena;
  if (bucket === 0) return words[DIRECTORY] as number;
  // The cells that came with a level are those of its odd buckets.
  const zeros = 31 - Math.clz32(bucket & -bucket);
  const part = words[DIRECTORY + level - zeros] as number;
  if (part === 0) return 0;
  const cell = part + (bucket >>> (zeros + 1)) * CELL_WORDS;
  if (cell + CELL_WORDS > words.length && cell + CELL_WORDS > arena.refresh().length) return 0;
  return cell;
}

/** The same for the bucket of a place in the order. */
export function cellAt(arena: Arena, order: number): number {
  const level = arena.words[LEVEL] as number;
  return cellOf(arena, (order ^ FLIP) >>> (32 - level), level);
}

/** The last cell not after a place in the order that one can begin at. */
export function beginning(arena: Arena, order: number): number {
  const level = arena.words[LEVEL] as number;
  for (let bucket = (order ^ FLIP) >>> (32 - level); ; bucket &= bucket - 1) {
    const cell = cellOf(arena, bucket, level);
    if (cell !== 0 && (arena.words[cell + CHANGES] as number) !== 0) return cell;
  }
}

/** Makes a new table. In memory that nobody else knows yet. */
export function layOut(arena: Arena): void {
  const words = arena.upTo(FIRST + (CELL_WORDS << FIRST_LEVEL));
  words[LEVEL] = FIRST_LEVEL;
  words[DIRECTORY] = FIRST;
  for (let level = 1, at = FIRST + CELL_WORDS; level <= FIRST_LEVEL; at += CELL_WORDS << (level - 1), level++)
    words[DIRECTORY + level] = at;
  for (let bucket = 0, before = 0; bucket < 2 ** FIRST_LEVEL; bucket++) {
    const cell = cellOf(arena, bucket, FIRST_LEVEL);
    words[cell + ORDER] = placeOf(bucket, FIRST_LEVEL);
    words[cell + CHANGES] = 1;
    if (bucket > 0) words[before + NEXT] = cell;
    before = cell;
  }
}
