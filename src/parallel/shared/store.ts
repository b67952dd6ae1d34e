// A shared map in memory, as one thread has it in hand: entries are read without a lock; writer.ts changes them.
//
//   read   1 find   2 copy the word of the value, and its box   3 was all that there when it was read? if not, again

import { misuse } from "../../core/leaf.ts";
import { NOT_READY } from "../../core/machine.ts";
import { slotOf } from "../commons.ts";
import { NEW, SharedObject } from "../directory.ts";
import { loaded } from "../loaded.ts";
import { here } from "../neighbours.ts";
import { steps } from "../steps.ts";
import { Arena } from "./arena.ts";
import { layOut } from "./cells.ts";
import { readChain } from "./chain.ts";
import { Heap } from "./heap.ts";
import { EPOCH_BIT, FLIP, Key, keyText, keyWords } from "./key.ts";
import {
  ADDED,
  BREAK,
  CELL_WORDS,
  CLEARER,
  EPOCH,
  FIRST,
  FIRST_LEVEL,
  insideEntry,
  KEY,
  KEY_SIZE,
  KEY_WORDS,
  MORE_KEY,
  MOST,
  NEXT,
  ORDER,
  recordOf,
  SEED,
  TOP,
  UNSWEPT,
  VALUE,
  WHO,
  waitSetOf,
} from "./layout.ts";
import { recover } from "./recovery.ts";
import { SpinLock } from "./spin-lock.ts";
import { LOST, Table } from "./table.ts";
import { Found, isBoxed } from "./value.ts";
import { Waiting } from "./waiting.ts";
import { ANY, drop, NONE, Writer } from "./writer.ts";

/** The kind under which it is known; see `defineKind`. */
export const KIND = "map";

/** In place of a value: the key is not there. */
export const ABSENT: unknown = Symbol("absent");
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
/** Milliseconds that `get` waits for an object to be introduced to this thread. */
const PATIENCE = 100;
/** Milliseconds between two times that it asks the other threads. */
const ASK_EVERY = 1;

const pause: (() => void) | undefined = (Atomics as unknown as { pause?: () => void }).pause;

export class Store extends SharedObject {
  declare readonly waiting: Waiting;
  /** What was read last: the word of the value, or NONE, and the stamp of its box. While both are the same, it is the same value. */
  declare word: number;
  declare stamp: number;
  declare protected readonly arena: Arena;
  declare private readonly heap: Heap;
  declare private readonly table: Table;
  declare private readonly record: number;
  declare private readonly seed: number;
  declare private readonly key: Key;
  declare private readonly writer: Writer;
  declare private readonly found: Found;
  declare private readonly clearing: SpinLock;
  declare private isMending: boolean;
  declare private readonly isTrue: () => boolean;
  declare private map: unknown;
  declare private readonly makeFace: (store: Store) => unknown;

  constructor(
    memory: SharedArrayBuffer,
    name: string,
    id: number,
    makeFace: (store: Store) => unknown,
    kind: string = KIND,
  ) {
    super(kind, memory, name, id);
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
      layOut(this.arena);
    }
    this.waiting = new Waiting(words, () => this.added);
    this.word = NONE;
    this.stamp = 0;
    this.seed = words[SEED] as number;
    this.key = new Key();
    this.writer = new Writer(this.arena, this.heap, this.table, this.record, this.key, name, (order) =>
      this.waiting.wake(waitSetOf(order)),
    );
    this.found = new Found();
    this.clearing = new SpinLock(words, CLEARER, () => {});
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

  /** The value of a key, or ABSENT. `word` and `stamp` are what they are then. */
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

  /** Bytes that the value took that was put last, if it was no number or the like. */
  get putBytes(): number {
    return this.writer.parcel.length * 4;
  }

  /** Bytes that have never been used: so many at least can still be had. */
  get unused(): number {
    const { words } = this.arena;
    return ((words[MOST] as number) - Atomics.load(words, BREAK)) * 4;
  }

  has(key: string): boolean {
    const { table } = this;
    this.pack(key);
    for (;;) {
      const entry = table.find(this.key);
      if (table.isTrue()) return entry !== 0;
    }
  }

  /** Sets a key, whatever is there. */
  set(key: string, value: unknown, from: string): void {
    this.writer.parcel.load(value, from);
    this.pack(key);
    this.writer.put(ANY, 0, from);
  }

  /** Sets a key that is not there. False if it is. */
  setOnce(key: string, value: unknown, from: string): boolean {
    this.writer.parcel.load(value, from);
    this.pack(key);
    return this.writer.put(NONE, 0, from);
  }

  /** Sets a key to what `f` makes of its value, which is ABSENT if it is not there. False if it was changed meanwhile. */
  tryUpdate(key: string, f: (old: unknown) => unknown, from: string): boolean {
    const old = this.get(key, from);
    const { word, stamp } = this;
    this.writer.parcel.load(f(old), from);
    this.pack(key);
    return this.writer.put(word, stamp, from);
  }

  delete(key: string): boolean {
    const { table } = this;
    this.pack(key);
    if (table.lock(this.key) === 0) {
      table.leave();
      return false;
    }
    this.writer.remove();
    return true;
  }

  /** Takes all entries out at once: they are of another epoch than the keys that are sought from then on. Then, one after the other, their memory is free. O(entries). */
  clear(): void {
    this.clearing.lock();
    this.sweepIfNeeded(); // what is left of before would be back
    const { words } = this.arena;
    words[UNSWEPT] = 1;
    Atomics.xor(words, EPOCH, EPOCH_BIT);
    if (steps.at !== null) steps.at("map: epoch");
    this.sweepIfNeeded();
    this.clearing.unlock();
  }

  private sweepIfNeeded(): void {
    if (this.arena.words[UNSWEPT] === 0) return;
    this.sweep();
    this.arena.words[UNSWEPT] = 0;
  }

  /** Who has died was taking all entries out. */
  private finishClearing(): void {
    this.clearing.lock();
    this.sweepIfNeeded();
    this.clearing.unlock();
  }

  private sweep(): void {
    for (let place: number | null = FIRST_BUCKET; place !== null; ) place = this.sweepBucket(place);
  }

  /** Frees what is between a place and the end of its bucket, and there no more. The beginning of the next bucket, or null. */
  private sweepBucket(place: number): number | null {
    const { table, arena } = this;
    for (;;) {
      if (table.lockStaleAt(place) !== 0) {
        this.writer.remove();
        continue;
      }
      const next = table.at === 0 ? null : (arena.words[table.at + ORDER] as number);
      table.leave();
      return next;
    }
  }

  override discard(): void {
    this.clear();
  }

  /** The keys between a place and the end of its bucket, all at one moment. O(entries in it). */
  keysFrom(place: number): Bucket {
    for (;;) {
      const bucket = this.tryKeysFrom(place);
      if (bucket !== null && this.table.isTrue()) return bucket;
    }
  }

  waitSetFor(key: string): number {
    this.pack(key);
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
    if (this.clearing.holder === dead) setImmediate(() => this.finishClearing());
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

  private pack(key: string): void {
    this.key.pack(key, this.seed, this.arena.words[EPOCH] as number);
  }

  /** Finds a key, and copies its value. False if it is not there. */
  protected read(key: string): boolean {
    const { table } = this;
    this.pack(key);
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
    const word = loaded(arena.words, entry + VALUE);
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
    const epoch = Atomics.load(arena.words, EPOCH);
    let at = table.walk(place);
    if (at === LOST) return null;
    let key = new Int32Array(KEY_WORDS);
    for (; at !== 0; at = arena.words[at + NEXT] as number) {
      if (at < 0 || at + CELL_WORDS > arena.refresh().length) return null;
      const { words } = arena;
      const next = words[at + ORDER] as number;
      if ((next & 1) === 0) return { keys, next };
      const size = words[at + KEY_SIZE] as number;
      if ((size ^ epoch) < 0) continue;
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

  /** A lock is held by another thread. */
  private contend(holder: number, spins: number): void {
    if (spins % MANY_SPINS === MANY_SPINS - 1) {
      const neighbours = here();
      if (spins % VERY_MANY_SPINS === VERY_MANY_SPINS - 1) neighbours.commons.buryTheDead();
      if (!neighbours.commons.isAlive(holder)) {
        if (this.isMending) this.mendFor(holder);
        else this.mend(holder);
      }
    }
    if (pause !== undefined) pause();
  }
}
