// What is done in a bucket is one store, and this: what that store means for the record of the thread, and how whoever finds a dead thread's lock goes on from there.
//
//   before   TARGET, AFTER, then DOING stand in the record
//   the store
//   after    what is the map's now is the thread's no more, and the other way round; the counter is AFTER; then DOING is 0
//
// All of it can be done again. So when a thread has died in between, whoever mends looks whether the store was done, and if so, does what comes after it.

import type { Arena } from "./arena.ts";
import { readChain } from "./chain.ts";
import { type Contend, Heap } from "./heap.ts";
import {
  ADDED,
  AFTER,
  CELL,
  DEPARTED,
  DOING,
  FIRST_CHAIN,
  INSERT,
  LAST_CHAIN,
  LOCK,
  MORE_KEY,
  NEW_ENTRY,
  NEW_KEY,
  NEW_VALUE,
  OLD_ENTRY,
  OLD_KEY,
  OLD_VALUE,
  REMOVE,
  REMOVED,
  REPLACE,
  RETURNING,
  SLOT,
  SLOT_WORDS,
  SPLIT,
  TARGET,
  VERSION,
} from "./layout.ts";
import { Table } from "./table.ts";
import { isChained, isReferring } from "./value.ts";

/** What stands in the record has been done. */
export function settle(words: Int32Array, record: number): void {
  const doing = words[record + DOING];
  const target = words[record + TARGET] as number;
  const after = words[record + AFTER] as number;
  if (doing === INSERT) {
    words[record + NEW_ENTRY] = 0;
    words[record + NEW_KEY] = 0;
    words[record + NEW_VALUE] = 0;
    words[record + DEPARTED] = 0;
    Atomics.store(words, record + ADDED, after); // threads that wait look at it
  } else if (doing === REPLACE) {
    retire(words, record, target, (after & 1) ^ 1);
    words[record + NEW_VALUE] = 0;
    words[record + DEPARTED] = 0;
  } else if (doing === REMOVE) {
    words[record + OLD_ENTRY] = target;
    words[record + OLD_KEY] = words[target + MORE_KEY] as number;
    retire(words, record, target, (words[target + VERSION] as number) & 1);
    words[record + REMOVED] = after;
  }
  words[record + DOING] = 0;
}

/** A value that is in the map no more, in one of the slots of an entry, is the thread's. */
function retire(words: Int32Array, record: number, entry: number, which: number): void {
  const slot = entry + SLOT + which * SLOT_WORDS;
  const kind = words[slot] as number;
  if (!isChained(kind)) return;
  words[record + RETURNING] = isReferring(kind) ? 1 : 0;
  words[record + OLD_VALUE] = words[slot + 1] as number;
}

/** The first words of a chain that holds shared objects: how many they are, and their numbers. */
export function referencesOf(arena: Arena, chain: number): Int32Array {
  const count = new Int32Array(1);
  if (!readChain(arena, chain, count, 1)) return count;
  const all = new Int32Array(1 + (count[0] as number));
  readChain(arena, chain, all, all.length);
  return all.subarray(1);
}

/** Puts in order what a thread left half done when it died. `drop` is told of shared objects that are in the map no more. */
export function recover(
  arena: Arena,
  contend: Contend,
  dead: number,
  record: number,
  drop: (id: number) => void,
): void {
  const heap = new Heap(arena, contend, dead, record);
  const table = new Table(arena, heap, contend, dead, record);
  // 1 what was on its way in the heap, whose lock is free then
  heap.recover();
  const words = arena.refresh();
  // 2 what was done in a bucket
  const cell = words[record + CELL] as number;
  if (cell !== 0 && Atomics.load(words, cell + LOCK) === dead) {
    const target = words[record + TARGET] as number;
    if (words[record + DOING] === SPLIT) table.recoverSplit(cell, target);
    else if (wasDone(table, words, record, cell, target)) settle(words, record);
    words[record + DOING] = 0;
    table.cell = cell;
    table.unlock();
  }
  words[record + CELL] = 0;
  // 3 what was the thread's own
  for (const entry of [NEW_ENTRY, OLD_ENTRY])
    if (words[record + entry] !== 0) words[words[record + entry] as number] = 0;
  giveBack(arena, heap, record, drop);
  heap.surrender();
}

/** Frees the chains of a record. Shared objects in them count as under way no more. */
export function giveBack(arena: Arena, heap: Heap, record: number, drop: (id: number) => void): void {
  const { words } = arena;
  const departed = words[record + DEPARTED] as number;
  if (departed > 0) {
    const objects = referencesOf(arena, words[record + NEW_VALUE] as number).subarray(0, departed);
    words[record + DEPARTED] = 0; // rather too late than twice
    for (const id of objects) drop(id);
  }
  if (words[record + RETURNING] !== 0) {
    const objects = referencesOf(arena, words[record + OLD_VALUE] as number);
    words[record + RETURNING] = 0;
    for (const id of objects) drop(id);
  }
  for (let chain = FIRST_CHAIN; chain <= LAST_CHAIN; chain++) if (words[record + chain] !== 0) heap.release(chain);
}

function wasDone(table: Table, words: Int32Array, record: number, cell: number, target: number): boolean {
  switch (words[record + DOING]) {
    case INSERT:
      return table.holds(cell, target);
    case REPLACE:
      return words[target + VERSION] === words[record + AFTER];
    case REMOVE:
      return !table.holds(cell, target);
    default:
      return false;
  }
}
