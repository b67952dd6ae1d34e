// A shared map in memory, as one thread has it in hand: entries are read without a lock, and written with the lock of their bucket.
//
//   put   1 the value into a chain, if it needs one   2 lock, find   3 there is no entry and none is prepared: unlock, prepare one, and again   4 one store; see recovery.ts
//         5 unlock   6 what was there before is free
//
// No lock is held while memory is taken, the codec runs, or anything of the user's.

import { misuse } from "../../core/leaf.ts";
import { NOT_READY } from "../../core/machine.ts";
import { slotOf } from "../commons.ts";
import { directory, NEW, SharedObject } from "../directory.ts";
import { here } from "../neighbours.ts";
import { steps } from "../steps.ts";
import { Arena } from "./arena.ts";
import { readChain, writeChain } from "./chain.ts";
import { Heap } from "./heap.ts";
import { FLIP, Key, keyText, keyWords } from "./key.ts";
import {
  ADDED,
  AFTER,
  BLOCK_WORDS,
  BREAK,
  CELL_WORDS,
  DEPARTED,
  DOING,
  FIRST,
  FIRST_LEVEL,
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
  recordOf,
  SEED,
  TARGET,
  TOP,
  VALUE,
  WHO,
  waitSetOf,
} from "./layout.ts";
import { publish, readFirst } from "./order.ts";
import { giveBack, recover, settle } from "./recovery.ts";
import { LOST, Table } from "./table.ts";
import { Found, isBoxed, Parcel, stampOf, stampWith } from "./value.ts";
import { Waiting } from "./waiting.ts";

/** The kind under which it is known; see `defineKind`. */
export const KIND = "map";

/** In place of a value: the key is not there. */
export const ABSENT: unknown = Symbol("absent");
// In place of the word of a value: there is none, or it does not matter. No block is there.
const NONE = 0;
const ANY = 8;

/** Keys of a bucket, and where the next one begins; null after the last. */
export interface Bucket {
  readonly keys: readonly string[];
  readonly next: number | null;
}

/** Where the first bucket begins. */
export const FIRST_BUCKET: number = FLIP;

/** Tries after which it is looked whether the holder of a lock has died; the second is what costs more. */
const MANY_SPINS = 64;
const VERY_MANY_SPINS = 4096;
/** Entries after which a thread looks whether the table should grow. */
const GROW_EVERY = 32;
/** Milliseconds that `get` waits for an object to be introduced to this thread. */
const PATIENCE = 100;
/** Milliseconds between two times that it asks the other threads. */
const ASK_EVERY = 1;

const pause: (() => void) | undefined = (Atomics as unknown as { pause?: () => void }).pause;

export class Store extends SharedObject {
  declare readonly waiting: Waiting;
  /** What was read last: the word of the value, or NONE, and the stamp of its box. While both are the same, it is the same value. */
  declare private word: number;
  declare private stamp: number;
  declare private readonly arena: Arena;
  declare private readonly heap: Heap;
  declare private readonly table: Table;
  declare private readonly record: number;
  declare private readonly seed: number;
  declare private readonly key: Key;
  declare private readonly parcel: Parcel;
  declare private readonly found: Found;
  declare private isMending: boolean;
  declare private readonly isTrue: () => boolean;
  declare private map: unknown;
  declare private readonly makeFace: (store: Store) => unknown;

  constructor(memory: SharedArrayBuffer, name: string, id: number, makeFace: (store: Store) => unknown) {
    super(KIND, memory, name, id);
    const { who, slot } = here();
    this.arena = new Arena(memory);
    const contend = (holder: number, spins: number): void => this.contend(holder, spins);
    this.record = recordOf(slot);
    this.heap = new Heap(this.arena, contend, who, this.record);
    this.table = new Table(this.arena, this.heap, contend, who, this.record);
    const { words } = this.arena;
    if (id === NEW) {
      words[MOST] = (memory as unknown as { maxByteLength: number }).maxByteLength >>> 2;
      words[SEED] = Math.floor(Math.random() * 2 ** 32);
      words[BREAK] = FIRST + (CELL_WORDS << FIRST_LEVEL);
      this.table.found();
    }
    this.waiting = new Waiting(words, () => this.added);
    this.word = NONE;
    this.stamp = 0;
    this.seed = words[SEED] as number;
    this.key = new Key();
    this.parcel = new Parcel();
    this.found = new Found();
    this.isMending = false;
    this.isTrue = () => this.table.isTrue();
    this.map = undefined;
    this.makeFace = makeFace;
    this.begin(who, slot);
  }

  override get face(): unknown {
    return this.map ?? this.makeFace(this);
  }

  /** It has a face, from now on the same. */
  adopt(face: unknown): void {
    this.map = face;
  }

  get size(): number {
    return this.table.size;
  }

  /** The value of a key, or ABSENT. `version` is its version then. */
  get(key: string, from: string): unknown {
    if (!this.read(key)) return ABSENT;
    return this.found.isReferring ? this.getReferring(key, from) : this.found.unload();
  }

  /** The same for those who wait: NOT_READY while the value cannot be had. */
  take(key: string): unknown {
    if (!this.read(key)) return NOT_READY;
    if (!this.found.isReferring || this.found.isKnown) return this.found.unload();
    this.waiting.tryAgain();
    return NOT_READY;
  }

  has(key: string): boolean {
    const { table } = this;
    this.key.pack(key, this.seed);
    for (;;) {
      const entry = table.find(this.key);
      if (table.isTrue()) return entry !== 0;
    }
  }

  /** Sets a key, whatever is there. */
  set(key: string, value: unknown, from: string): void {
    this.parcel.load(value, from);
    this.put(key, ANY, 0, from);
  }

  /** Sets a key that is not there. False if it is. */
  setOnce(key: string, value: unknown, from: string): boolean {
    this.parcel.load(value, from);
    return this.put(key, NONE, 0, from);
  }

  /** Sets a key to what `f` makes of its value, which is ABSENT if it is not there. False if it was changed meanwhile. */
  tryUpdate(key: string, f: (old: unknown) => unknown, from: string): boolean {
    const old = this.get(key, from);
    const { word, stamp } = this;
    this.parcel.load(f(old), from);
    return this.put(key, word, stamp, from);
  }

  delete(key: string): boolean {
    const { table } = this;
    this.key.pack(key, this.seed);
    if (table.lock(this.key) === 0) {
      table.leave();
      return false;
    }
    this.remove();
    return true;
  }

  /** Takes out all that is between a place and the end of its bucket. The beginning of the next bucket, or null. O(entries in it). */
  clearBucket(place: number): number | null {
    const { table, arena } = this;
    for (;;) {
      if (table.lockAt(place) !== 0) {
        this.remove();
        continue;
      }
      const next = table.at === 0 ? null : (arena.words[table.at + ORDER] as number);
      table.leave();
      return next;
    }
  }

  /** The keys between a place and the end of its bucket, all at one moment. O(entries in it). */
  keysFrom(place: number): Bucket {
    for (;;) {
      const bucket = this.tryKeysFrom(place);
      if (bucket !== null && this.table.isTrue()) return bucket;
    }
  }

  waitSetFor(key: string): number {
    this.key.pack(key, this.seed);
    return waitSetOf(this.key.order);
  }

  /** The parts, for `check()`. */
  get parts(): { readonly arena: Arena; readonly table: Table } {
    return { arena: this.arena, table: this.table };
  }

  protected mendFor(dead: number): void {
    const slot = slotOf(dead);
    const record = recordOf(slot);
    const words = this.arena.refresh();
    if (words[record + WHO] !== dead) return;
    const contend = (holder: number, spins: number): void => this.contend(holder, spins);
    this.isMending = true;
    recover(this.arena, contend, dead, record, drop);
    this.isMending = false;
    this.waiting.clear(slot);
    this.arena.words[record + WHO] = 0;
  }

  /** This thread may have changed entries from now on. What its predecessor in its slot has left has been mended. */
  private begin(who: number, slot: number): void {
    const { words } = this.arena;
    const predecessor = words[this.record + WHO] as number;
    if (predecessor !== 0 && predecessor !== who) this.mend(predecessor);
    for (let top = Atomics.load(words, TOP); top <= slot; top = Atomics.load(words, TOP))
      Atomics.compareExchange(words, TOP, top, slot + 1);
    Atomics.store(words, this.record + WHO, who);
    this.heap.begin();
  }

  /** How many entries have been put in, ever. */
  private get added(): number {
    const { words } = this.arena;
    const top = Atomics.load(words, TOP);
    let added = 0;
    for (let slot = 0; slot < top; slot++) added = (added + Atomics.load(words, recordOf(slot) + ADDED)) | 0;
    return added;
  }

  /** The value that was read last holds shared objects. It is read again until they are known here, or have left the map. */
  private getReferring(key: string, from: string): unknown {
    const { scheduler } = here();
    const deadline = scheduler.host.now() + PATIENCE;
    while (!this.found.isKnown) {
      for (const next = scheduler.host.now() + ASK_EVERY; scheduler.host.now() < next; ) here().takeMessages();
      if (scheduler.host.now() > deadline)
        throw misuse(
          `${from}: the value of ${JSON.stringify(key)} in "${this.name}" holds a shared object that has not been introduced to this thread yet. Use yield* wait(key), which waits for that.`,
        );
      if (!this.read(key)) return ABSENT;
    }
    return this.found.unload();
  }

  /** Finds a key, and copies its value. False if it is not there. */
  private read(key: string): boolean {
    const { table } = this;
    this.key.pack(key, this.seed);
    for (;;) {
      const entry = table.find(this.key);
      if (entry === 0) {
        if (!table.isTrue()) continue;
        this.word = NONE;
        return false;
      }
      if (this.copy(entry)) return true;
    }
  }

  /** Copies the value of an entry that was found. False if it was changed meanwhile. */
  private copy(entry: number): boolean {
    const { arena, found, table } = this;
    const word = readFirst(arena.words, entry + VALUE);
    found.word = word;
    this.word = word;
    this.stamp = 0;
    if (!isBoxed(word)) return table.isTrue();
    if (!found.copyBox(arena, this.isTrue)) return false;
    this.stamp = found.stamp;
    return true;
  }

  private tryKeysFrom(place: number): Bucket | null {
    const { table, arena } = this;
    const keys: string[] = [];
    let at = table.walk(place);
    if (at === LOST) return null;
    let key = new Int32Array(KEY_WORDS);
    for (; at !== 0; at = arena.words[at + NEXT] as number) {
      if (at < 0 || at + CELL_WORDS > arena.refresh().length) return null;
      const { words } = arena;
      const next = words[at + ORDER] as number;
      if ((next & 1) === 0) return { keys, next };
      const size = words[at + KEY_SIZE] as number;
      const more = words[at + MORE_KEY] as number;
      for (let i = 0; i < KEY_WORDS; i++) key[i] = words[at + KEY + i] as number;
      if (!table.isTrue()) return null; // until here, it was a key
      const length = keyWords(size);
      const inside = insideEntry(length);
      if (length > key.length) {
        const longer = new Int32Array(length);
        longer.set(key.subarray(0, KEY_WORDS));
        key = longer;
      }
      if (length > inside && !readChain(arena, more, key.subarray(inside), length - inside)) return null;
      keys.push(keyText(key, size));
    }
    return { keys, next: null };
  }

  /** Puts what is in the parcel, if the value is still what it was. */
  private put(text: string, expected: number, stamp: number, from: string): boolean {
    const { key, parcel, table, arena, record } = this;
    // 1
    key.pack(text, this.seed);
    if (parcel.word === 0) this.fillBox(from);
    for (;;) {
      // 2
      const entry = table.lock(key);
      let { words } = arena;
      if (entry !== 0) {
        const old = words[entry + VALUE] as number;
        if (isBoxed(old)) words = arena.upTo((old & ~PAGE) + BLOCK_WORDS);
        if (expected !== ANY && (expected !== old || (isBoxed(old) && stampOf(words, old) !== stamp))) break;
        this.replace(words, entry, old);
        return true;
      }
      if (expected !== ANY && expected !== NONE) break;
      // 3
      if (words[record + NEW_ENTRY] !== 0) {
        this.insert(words);
        return true;
      }
      table.leave();
      this.prepareEntry(from);
    }
    table.leave();
    this.tidy();
    return false;
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
    if (isBoxed(old) || words[record + NEW_ENTRY] !== 0) this.tidy();
    this.parcel.detach();
  }

  private insert(words: Int32Array): void {
    const { record, table, key } = this;
    const entry = words[record + NEW_ENTRY] as number;
    words[entry + NEXT] = table.at;
    words[entry + ORDER] = key.order;
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
    this.waiting.wake(waitSetOf(key.order));
    this.parcel.detach();
    if (added % GROW_EVERY === 0) table.growIfFull();
  }

  /** Takes out the entry that was found with the lock, and unlocks. */
  private remove(): void {
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
      `${from}: "${this.name}" is full: it holds ${this.size} entries in ${(words[MOST] as number) * 4} bytes, and may have no more. Make it with a larger maxBytes, or delete what is not needed.`,
    );
  }

  /** A lock is held by another thread. */
  private contend(holder: number, spins: number): void {
    if (spins % MANY_SPINS === MANY_SPINS - 1) {
      const neighbours = here();
      if (spins % VERY_MANY_SPINS === VERY_MANY_SPINS - 1) neighbours.buryTheDead();
      if (!neighbours.commons.isAlive(holder)) {
        if (this.isMending) this.mendFor(holder);
        else this.mend(holder);
      }
    }
    if (pause !== undefined) pause();
  }
}

/** A shared object is in the map no more. */
function drop(id: number): void {
  directory().drop(id);
}
