// The table of a shared map: all entries in one list, in the order of their hashes, and cells in between at which one can begin.
//
// After Shalev and Shavit's split-ordered lists: since a cell stands in the order too, nothing ever moves when the table grows. The number of buckets is doubled by one store, and
// the cells of the new ones are put into the list when somebody first writes there; until then one begins at an earlier cell.
//
// What stands between a cell and the next is its bucket. Who changes a bucket locks its cell, which holds the `who` of the thread, and finds by walking on from there. Each change is
// one store into a reference or a version, so whoever reads sees the list before it or after it.
//
//   read    1 the count of changes of the cell   2 walk, and copy   3 the count again: the same, so nothing that was read has been freed in between
//   write   1 lock   2 walk   3 write down what is about to be done   4 one store   5 write down that it is done   6 count the change, unlock
//
// Invariants
//   orders never fall along the list; a cell is never taken out
//   CHANGES of a cell is 0 until the cell is in the list; afterwards it goes up before a lock is given back
//   what is between a cell and the next is changed only by who holds LOCK of the first

import { loaded } from "../loaded.ts";
import { steps } from "../steps.ts";
import type { Arena } from "./arena.ts";
import { beginning, cellAt, cellOf, placeOf } from "./cells.ts";
import { chainHolds } from "./chain.ts";
import type { Contend, Heap } from "./heap.ts";
import { FLIP, type Key } from "./key.ts";
import {
  ADDED,
  BLOCK_WORDS,
  CELL,
  CELL_WORDS,
  CHANGES,
  DIRECTORY,
  DOING,
  EPOCH,
  FENCE,
  insideEntry,
  KEY,
  KEY_SIZE,
  KEY_WORDS,
  LAST_LEVEL,
  LEVEL,
  LOCK,
  MORE_KEY,
  NEXT,
  ORDER,
  REMOVED,
  recordOf,
  SPLIT,
  TARGET,
  TOP,
} from "./layout.ts";
import { publish, readLast, release } from "./order.ts";

/** In place of a reference: what was walked along was changed meanwhile. */
export const LOST = -1;
/** Entries a bucket, on average, at which there are to be more buckets. With fewer, cells push entries out of the caches. */
const CROWDED = 2;
/** Steps after which a walk looks whether it has lost its way, and those of a short one, which need not. */
const MANY_STEPS = 64;
const FEW_STEPS = 16;
/** In place of what stands where this thread does not see yet: the place of a cell that is before all others. */
const BEYOND = FLIP;

export class Table {
  declare private readonly arena: Arena;
  declare private readonly heap: Heap;
  declare private readonly contend: Contend;
  declare private readonly who: number;
  declare private readonly record: number;
  /** The cell of what was sought last. */
  declare cell: number;
  /** What is before the place that was found with the lock, and what is there: an entry or cell, or 0. */
  declare before: number;
  declare at: number;
  /** The count of changes when a lock-free search began. */
  declare private changes: number;

  constructor(arena: Arena, heap: Heap, contend: Contend, who: number, record: number) {
    this.arena = arena;
    this.heap = heap;
    this.contend = contend;
    this.who = who;
    this.record = record;
    this.cell = 0;
    this.before = 0;
    this.at = 0;
    this.changes = 0;
  }

  /** How many entries there are. Exact when nobody else puts any in or takes any out. */
  get size(): number {
    const { words } = this.arena;
    const top = Atomics.load(words, TOP);
    let size = 0;
    for (let slot = 0; slot < top; slot++) {
      const record = recordOf(slot);
      size = (size + (words[record + ADDED] as number) - (words[record + REMOVED] as number)) | 0;
    }
    return Math.max(size, 0);
  }

  /** Finds the entry of a key, without a lock: its reference, or 0. What is read of it is true if `isTrue()` says so afterwards. */
  find(key: Key): number {
    // What nearly always does, in one piece; whatever is out of the ordinary is left to `seek`.
    const { order } = key;
    const cell = cellAt(this.arena, order);
    const { words } = this.arena;
    const changes = cell === 0 ? 0 : loaded(words, cell + CHANGES);
    if (changes === 0) return this.seek(key);
    this.cell = cell;
    this.changes = changes;
    const last = words.length - BLOCK_WORDS;
    let at = words[cell + NEXT] as number;
    for (let walked = 0; at !== 0; walked++) {
      if (at >>> 0 > last || walked === FEW_STEPS) return this.seek(key);
      const place = words[at + ORDER] as number;
      if (place > order) return 0;
      if (place === order) {
        if (this.isKey(words, at, key)) return at;
      } else if ((place & 1) === 0) return this.seek(key);
      at = words[at + NEXT] as number;
    }
    return 0;
  }

  /** The same, from wherever one can begin, however far it is. */
  private seek(key: Key): number {
    const { order } = key;
    for (;;) {
      let at = this.walk(order);
      for (let walked = 1; at !== LOST; walked++) {
        if (at === 0) return 0;
        const words = this.viewOf(at);
        if (words === null) break;
        if (words[at + ORDER] !== order) return 0;
        if (this.isKey(words, at, key)) return at;
        if (walked % MANY_STEPS === 0 && !this.isTrue()) break;
        at = words[at + NEXT] as number;
      }
    }
  }

  /** Walks, without a lock, to the first entry or cell that is not before a place in the order: its reference, 0 if there is none, or LOST. */
  walk(order: number): number {
    let cell = beginning(this.arena, order);
    let { words } = this.arena;
    let changes = loaded(words, cell + CHANGES);
    let at = words[cell + NEXT] as number;
    this.cell = cell;
    this.changes = changes;
    for (let walked = 1; at !== 0; walked++) {
      if (at < 0 || at + CELL_WORDS > words.length) {
        const view = this.viewOf(at);
        if (view === null) return LOST;
        words = view;
      }
      const place = words[at + ORDER] as number;
      const isCell = (place & 1) === 0;
      if (place > order || (place === order && !isCell)) return at;
      if (isCell || walked % MANY_STEPS === 0) {
        if (readLast(words, cell + CHANGES, this.record + FENCE) !== changes) return LOST;
        if (isCell) {
          cell = at;
          changes = loaded(words, cell + CHANGES);
          this.cell = cell;
          this.changes = changes;
        }
      }
      at = words[at + NEXT] as number;
    }
    return 0;
  }

  /** Is what was found, and read since, what was there? */
  isTrue(): boolean {
    return readLast(this.arena.words, this.cell + CHANGES, this.record + FENCE) === this.changes;
  }

  /** Locks the bucket of a key, and finds its entry: its reference, or 0 if it has none. `before` and `at` are where it is, or would be. */
  lock(key: Key): number {
    const { order } = key;
    const cell = cellAt(this.arena, order);
    if (cell === 0 || this.arena.words[cell + CHANGES] === 0) return this.lockFar(key);
    this.lockCell(cell);
    const { words } = this.arena;
    const last = words.length - BLOCK_WORDS;
    let before = cell;
    let at = words[cell + NEXT] as number;
    let found = 0;
    while (at !== 0) {
      const place = at <= last ? (words[at + ORDER] as number) : BEYOND;
      if (place > order) break;
      if (place === order) {
        if (this.isKey(words, at, key)) {
          found = at;
          break;
        }
      } else if ((place & 1) === 0) {
        this.leave();
        return this.lockFar(key);
      }
      before = at;
      at = words[at + NEXT] as number;
    }
    this.before = before;
    this.at = at;
    return found;
  }

  /** The same, from wherever one can begin, however far it is. */
  private lockFar(key: Key): number {
    const { order } = key;
    this.enter(order, this.ready(order));
    for (;;) {
      const { at } = this;
      if (at === 0) return 0;
      const words = this.arena.upTo(at + CELL_WORDS);
      if (words[at + ORDER] !== order) return 0;
      if (this.isKey(words, at, key)) return at;
      this.before = at;
      this.at = words[at + NEXT] as number;
    }
  }

  /** Locks the bucket at a place in the order, and finds the first entry in it that is not before that, and is of an epoch that is over: its reference, or 0. */
  lockStaleAt(order: number): number {
    this.enter(order, beginning(this.arena, order));
    for (;;) {
      const { at } = this;
      if (at === 0) return 0;
      const words = this.arena.upTo(at + CELL_WORDS);
      if (((words[at + ORDER] as number) & 1) === 0) return 0;
      if (((words[at + KEY_SIZE] as number) ^ (words[EPOCH] as number)) < 0) return at;
      this.before = at;
      this.at = words[at + NEXT] as number;
    }
  }

  /** What was changed counts as changed, and others may change the bucket. */
  unlock(): void {
    const { words } = this.arena;
    const { cell } = this;
    if (steps.at !== null) steps.at("map: count");
    words[cell + CHANGES] = following(words[cell + CHANGES] as number);
    this.leave();
  }

  /** Others may change the bucket, in which nothing was changed. */
  leave(): void {
    const { words } = this.arena;
    release(words, this.cell + LOCK, 0); // what was freed in the bucket is used again only after that
    words[this.record + CELL] = 0;
  }

  /** A stamp that no box of the key that is locked has had. */
  get stamp(): number {
    return following(this.arena.words[this.cell + CHANGES] as number);
  }

  /** Doubles the number of buckets when they are crowded. O(threads). */
  growIfFull(): void {
    const { arena } = this;
    if (this.size <= CROWDED * 2 ** (arena.words[LEVEL] as number)) return;
    this.heap.locked((words) => {
      const level = words[LEVEL] as number;
      if (level >= LAST_LEVEL || this.size <= CROWDED * 2 ** level) return;
      const part = DIRECTORY + level + 1;
      if (words[part] === 0 && !this.heap.carve(part, CELL_WORDS << level)) return; // longer walks, but it works
      if (steps.at !== null) steps.at("map: grow");
      Atomics.store(arena.words, LEVEL, level + 1);
    });
  }

  /** Is something linked in the bucket of a cell that is locked? */
  holds(cell: number, sought: number): boolean {
    let words = this.arena.refresh();
    for (let at = words[cell + NEXT] as number; at !== 0; at = words[at + NEXT] as number) {
      if (at === sought) return true;
      words = this.arena.upTo(at + CELL_WORDS);
      if (((words[at + ORDER] as number) & 1) === 0) return false;
    }
    return false;
  }

  /** Finishes the splitting of a bucket that a thread which has died had begun. */
  recoverSplit(cell: number, child: number): void {
    const words = this.arena.refresh();
    if (this.holds(cell, child)) {
      if (words[child + CHANGES] === 0) publish(words, child + CHANGES, following(words[cell + CHANGES] as number));
    } else {
      words[child + NEXT] = 0;
      words[child + ORDER] = 0;
    }
    Atomics.compareExchange(words, child + LOCK, this.who, 0);
  }

  /** The cell of a place in the order, which is put into the list first if it is not there yet. */
  private ready(order: number): number {
    const level = this.arena.words[LEVEL] as number;
    const bucket = (order ^ FLIP) >>> (32 - level);
    const cell = cellOf(this.arena, bucket, level);
    if (cell === 0) return beginning(this.arena, order);
    if (this.arena.words[cell + CHANGES] === 0) this.split(cell, placeOf(bucket, level));
    return cell;
  }

  /** Puts a cell into the list. */
  private split(child: number, order: number): void {
    const { record, who } = this;
    this.enter(order, beginning(this.arena, order));
    const { cell, before } = this;
    const { words } = this.arena;
    if (cell !== child) {
      // 1 what is about to be done
      words[record + TARGET] = child;
      words[record + DOING] = SPLIT;
      words[child + ORDER] = order;
      words[child + NEXT] = this.at;
      words[child + LOCK] = who;
      if (steps.at !== null) steps.at("map: split");
      // 2
      publish(words, before + NEXT, child);
      if (steps.at !== null) steps.at("map: linked cell");
      // 3 one can begin there
      publish(words, child + CHANGES, following(words[cell + CHANGES] as number));
      publish(words, child + LOCK, 0);
      words[record + DOING] = 0;
    }
    this.leave();
  }

  /** Locks the bucket in which a place in the order is, beginning at a cell, and walks to the first entry that is not before it. */
  private enter(order: number, beginning: number): void {
    this.lockCell(beginning);
    let before = beginning;
    let { words } = this.arena;
    let at = words[before + NEXT] as number;
    while (at !== 0) {
      words = this.arena.upTo(at + CELL_WORDS);
      const place = words[at + ORDER] as number;
      const isCell = (place & 1) === 0;
      if (place > order || (place === order && !isCell)) break;
      if (isCell) {
        // It is a later cell's bucket.
        this.leave();
        this.lockCell(at);
        words = this.arena.words;
      }
      before = at;
      at = words[before + NEXT] as number;
    }
    this.before = before;
    this.at = at;
  }

  private lockCell(cell: number): void {
    const { who, record } = this;
    this.cell = cell;
    this.arena.words[record + CELL] = cell;
    if (steps.at !== null) steps.at("map: lock");
    for (let spins = 0; ; spins++) {
      const holder = Atomics.compareExchange(this.arena.words, cell + LOCK, 0, who);
      if (holder === 0) break;
      this.contend(holder, spins);
    }
    if (steps.at !== null) steps.at("map: locked");
  }

  /** A view in which there is something that is referred to; null if that is no reference. */
  private viewOf(at: number): Int32Array | null {
    const words = at + CELL_WORDS <= this.arena.words.length ? this.arena.words : this.arena.refresh();
    return at > 0 && at + CELL_WORDS <= words.length ? words : null;
  }

  private isKey(words: Int32Array, entry: number, key: Key): boolean {
    if (words[entry + KEY_SIZE] !== key.size) return false;
    if (key.length <= KEY_WORDS) {
      for (let i = 0; i < key.length; i++) if (words[entry + KEY + i] !== key.words[i]) return false;
      return true;
    }
    const inside = insideEntry(key.length);
    for (let i = 0; i < inside; i++) if (words[entry + KEY + i] !== key.words[i]) return false;
    return (
      inside === key.length || chainHolds(this.arena, words[entry + MORE_KEY] as number, key.words, inside, key.length)
    );
  }
}

/** Counts on, never to 0. It is used twice, so it has 31 bits. */
const following = (count: number): number => (count + 1) & 0x7fff_ffff || 1;
