// The changes of a shared map.
//
//   put   1 the value into a box, if it needs one   2 lock, find   3 there is no entry, and none is prepared: prepare one, unlocked if that may take long, and then again
//         4 one store; see recovery.ts   5 unlock   6 what was there before is free
//
// No lock is held while the heap is asked for memory, the codec runs, or anything of the user's.

import { misuse } from "../../core/leaf.ts";
import { directory, keepIn } from "../directory.ts";
import { steps } from "../steps.ts";
import type { Arena } from "./arena.ts";
import { writeChain } from "./chain.ts";
import type { Heap } from "./heap.ts";
import type { Key } from "./key.ts";
import {
  ADDED,
  AFTER,
  BLOCK_WORDS,
  DEPARTED,
  DOING,
  EPOCH,
  FORMER,
  INSERT,
  insideEntry,
  KEY,
  KEY_SIZE,
  KEY_WORDS,
  MORE_KEY,
  MOST,
  NEW_ENTRY,
  NEW_KEY,
  NEW_VALUE,
  NEXT,
  OLD_ENTRY,
  ORDER,
  PAGE,
  REMOVE,
  REMOVED,
  REPLACE,
  TARGET,
  VALUE,
} from "./layout.ts";
import { publish } from "./order.ts";
import { giveBack, settle } from "./recovery.ts";
import type { Table } from "./table.ts";
import { isBoxed, Parcel, stampOf, stampWith } from "./value.ts";

/** In place of the word of a value: there is none, or it does not matter. No block is there. */
export const NONE = 0;
export const ANY = 8;

/** Entries after which a thread looks whether the table should grow. */
const GROW_EVERY = 32;

export class Writer {
  /** The value that is to be put, and its key. */
  declare readonly parcel: Parcel;
  declare private readonly key: Key;
  declare private readonly arena: Arena;
  declare private readonly heap: Heap;
  declare private readonly table: Table;
  declare private readonly record: number;
  declare private readonly name: string;
  declare private readonly wake: (order: number) => void;

  /** `wake` is told of the places of keys that were put in. */
  constructor(
    arena: Arena,
    heap: Heap,
    table: Table,
    record: number,
    key: Key,
    name: string,
    wake: (order: number) => void,
  ) {
    this.parcel = new Parcel();
    this.key = key;
    this.arena = arena;
    this.heap = heap;
    this.table = table;
    this.record = record;
    this.name = name;
    this.wake = wake;
  }

  /** Puts what is in the parcel under the key, if the value is still what it was, or NONE if there was none. */
  put(expected: number, stamp: number, from: string): boolean {
    const { key, parcel, table, arena, heap, record } = this;
    // 1
    if (parcel.word === 0) this.fillBox(from);
    for (;;) {
      // 2
      const entry = table.lock(key);
      let { words } = arena;
      const epoch = words[EPOCH] as number;
      if (epoch !== key.epoch) {
        // All was taken out since the key was packed.
        key.enter(epoch);
        if (expected !== ANY && expected !== NONE) break;
        table.leave();
        continue;
      }
      if (entry !== 0) {
        const old = words[entry + VALUE] as number;
        if (isBoxed(old)) words = arena.upTo((old & ~PAGE) + BLOCK_WORDS);
        if (expected !== ANY && (expected !== old || (isBoxed(old) && stampOf(words, old) !== stamp))) break;
        if (parcel.word !== 0 && !isBoxed(old)) this.exchange(words, entry);
        else this.replace(words, entry, old);
        return true;
      }
      if (expected !== ANY && expected !== NONE) break;
      // 3
      if (words[record + NEW_ENTRY] === 0 && key.length <= KEY_WORDS && heap.hasBlock) this.prepareEntry(from);
      if (words[record + NEW_ENTRY] !== 0) {
        this.insert(arena.words);
        return true;
      }
      table.leave();
      this.prepareEntry(from);
    }
    table.leave();
    this.tidy();
    return false;
  }

  /** One word for another: there is nothing to write down, and nothing that others read is used for something else. */
  private exchange(words: Int32Array, entry: number): void {
    publish(words, entry + VALUE, this.parcel.word);
    this.table.leave();
    if (words[this.record + NEW_ENTRY] !== 0) this.tidy();
  }

  private replace(words: Int32Array, entry: number, old: number): void {
    const { record, table } = this;
    const value = this.newValue(words);
    words[record + TARGET] = entry;
    words[record + AFTER] = value;
    words[record + FORMER] = old;
    words[record + DOING] = REPLACE;
    if (steps.at !== null) steps.at("map: replace");
    // 4
    publish(words, entry + VALUE, value);
    if (steps.at !== null) steps.at("map: replaced");
    settle(words, record);
    // 5
    table.unlock();
    // 6
    this.tidy();
    this.parcel.detach();
  }

  private insert(words: Int32Array): void {
    const { record, table, key } = this;
    const entry = words[record + NEW_ENTRY] as number;
    words[entry + NEXT] = table.at;
    words[entry + ORDER] = key.order;
    words[entry + KEY_SIZE] = key.size; // anew, as the epoch may be another
    words[entry + VALUE] = this.newValue(words);
    const added = ((words[record + ADDED] as number) + 1) | 0;
    words[record + TARGET] = entry;
    words[record + AFTER] = added;
    words[record + DOING] = INSERT;
    if (steps.at !== null) steps.at("map: insert");
    publish(words, table.before + NEXT, entry);
    if (steps.at !== null) steps.at("map: inserted");
    settle(words, record);
    table.unlock();
    this.wake(key.order);
    this.parcel.detach();
    if (added % GROW_EVERY === 0) table.growIfFull();
  }

  /** Takes out the entry that was found with the lock, and unlocks. */
  remove(): void {
    const { table, arena, record } = this;
    const entry = table.at;
    const value = arena.words[entry + VALUE] as number;
    const words = isBoxed(value) ? arena.upTo((value & ~PAGE) + BLOCK_WORDS) : arena.words;
    words[record + TARGET] = entry;
    words[record + AFTER] = ((words[record + REMOVED] as number) + 1) | 0;
    words[record + DOING] = REMOVE;
    if (steps.at !== null) steps.at("map: remove");
    publish(words, table.before + NEXT, words[entry + NEXT] as number);
    if (steps.at !== null) steps.at("map: removed");
    settle(words, record);
    table.unlock();
    if (steps.at !== null) steps.at("map: unlocked");
    words[words[record + OLD_ENTRY] as number] = 0; // it is a chain of one now
    this.tidy();
  }

  /** The word of the value that is about to be put. */
  private newValue(words: Int32Array): number {
    const { parcel, record, table } = this;
    if (parcel.word !== 0) return parcel.word;
    const box = words[record + NEW_VALUE] as number;
    stampWith(words, box, table.stamp);
    return box;
  }

  /** Puts the value into a box. The objects in it count as under way from now on. */
  private fillBox(from: string): void {
    const { parcel, arena, heap, record } = this;
    if (!writeChain(arena, heap, NEW_VALUE, parcel.room.words, 0, parcel.length)) throw this.full(from);
    if (steps.at !== null) steps.at("map: value");
    if (parcel.objects.length > 0) keepIn(arena.words);
    for (const object of parcel.objects) {
      directory().depart(object);
      (arena.words[record + DEPARTED] as number)++;
    }
  }

  private prepareEntry(from: string): void {
    const { heap, arena, key, record } = this;
    const inside = insideEntry(key.length);
    if (inside < key.length && !writeChain(arena, heap, NEW_KEY, key.words, inside, key.length)) throw this.full(from);
    if (!heap.takeBlock(NEW_ENTRY)) throw this.full(from);
    const entry = heap.first(NEW_ENTRY);
    const words = arena.upTo(entry + BLOCK_WORDS);
    words[entry + KEY_SIZE] = key.size;
    for (let i = 0; i < inside; i++) words[entry + KEY + i] = key.words[i] as number;
    if (inside < key.length) words[entry + MORE_KEY] = words[record + NEW_KEY] as number;
    if (steps.at !== null) steps.at("map: entry");
  }

  private tidy(): void {
    giveBack(this.arena, this.heap, this.record, drop);
  }

  private full(from: string): Error {
    this.tidy();
    const { words } = this.arena;
    return misuse(
      `${from}: "${this.name}" is full: it holds ${this.table.size} entries in ${(words[MOST] as number) * 4} bytes, and may have no more. Make it with a larger maxBytes, or delete what is not needed.`,
    );
  }
}

/** A shared object is in the map no more. */
export function drop(id: number): void {
  directory().drop(id);
}
