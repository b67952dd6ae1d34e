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
import { keyWords } from "./key.ts";
import {
  ADDED,
  AFTER,
  CELL,
  DEPARTED,
  DOING,
  FIRST_CHAIN,
  FORMER,
  INSERT,
  KEY_SIZE,
  KEY_WORDS,
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
  SPLIT,
  TARGET,
  VALUE,
} from "./layout.ts";
import { Table } from "./table.ts";
import { BOX_HEAD, isBoxed, isReferring } from "./value.ts";

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
    retire(words, record, words[record + FORMER] as number);
    words[record + NEW_VALUE] = 0;
    words[record + DEPARTED] = 0;
  } else if (doing === REMOVE) {
    words[record + OLD_ENTRY] = target;
    if (keyWords(words[target + KEY_SIZE] as number) > KEY_WORDS)
      words[record + OLD_KEY] = words[target + MORE_KEY] as number;
    retire(words, record, words[target + VALUE] as number);
    words[record + REMOVED] = after;
  }
  words[record + DOING] = 0;
}

/** A value that is in the map no more is the thread's, if it is in a box. */
function retire(words: Int32Array, record: number, value: number): void {
  if (!isBoxed(value)) return;
  words[record + RETURNING] = isReferring(words, value) ? 1 : 0;
  words[record + OLD_VALUE] = value;
}

/** The numbers of the shared objects in a box. */
function referencesOf(arena: Arena, box: number): Int32Array {
  const head = new Int32Array(BOX_HEAD + 1);
  readChain(arena, box, head, head.length);
  const all = new Int32Array(BOX_HEAD + 1 + (head[BOX_HEAD] as number));
  readChain(arena, box, all, all.length);
  return all.subarray(BOX_HEAD + 1);
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
      return words[target + VALUE] === words[record + AFTER];
    case REMOVE:
      return !table.holds(cell, target);
    default:
      return false;
  }
}
