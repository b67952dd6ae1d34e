// What a SharedList holds: an entry of four words for each index, and cells for values that do not fit there, in one growable memory.
//
// Whoever changes something holds the lock, for a few instructions and the copying of one value. Each change is first written down (REDO) and then carried out; who
// takes the lock over from a thread that has died carries it out again. A change that was not written down yet has not happened, and NOTE says which cell it had taken.
//
//   change   1 lock   2 take a cell, write the value there   3 write the change down: it has happened   4 carry it out   5 unlock
//
// Reading takes no lock: each entry has a version, which is odd while it is being changed. Who reads copies, and looks whether the version is still the same.
//
// Invariants, while nobody holds the lock
//   REDO and NOTE are 0
//   a cell below HIGH is in one entry, or in the list of the free cells of its class, and in nothing else
//   all words from HIGH on are 0

import { BODY } from "../directory.ts";
import { steps } from "../steps.ts";
import { objectsIn } from "./freight.ts";
import { fence, type GrowingWords } from "./growable.ts";
import { SpinLock } from "./spin-lock.ts";

// Words.
const LOCK = BODY;
const LENGTH = BODY + 1;
const HIGH = BODY + 2; // where the memory begins that was never used
const NOTE = BODY + 3; // a cell that is neither in an entry nor free
const NOTE_CLASS = BODY + 4;
const REDO = BODY + 5; // an index, and 1
const REDO_OLD = BODY + 6; // the cell that becomes free
const REDO_ENTRY = BODY + 7; // the three words of the entry
const SEGMENTS = 32; // where the entries lie: 256, 512, 1024, ...
const FREE = 64; // the free cells of each class
const HEAD = 128;
/** Bytes of a list without entries. */
export const LEAST: number = HEAD * 4;

// Words of an entry: a version, and the value, if it has no more than three; or FAR, the cell, and how many words it has.
const ENTRY = 4;
const VALUE = 1;
const INLINE = 3;
const FAR = 15;

// Words of a cell: its class, and then the value; while it is free, the next free one.
const CELL = 1;
const CLASSES = HEAD - FREE;

const FIRST_BITS = 8;

/** Answers of `push` and `set`. */
export const NO_MEMORY = -1;

const NOTHING = new Int32Array(0);
const inline = new Int32Array(INLINE);

export class Entries {
  declare private readonly head: Int32Array;
  declare private readonly body: GrowingWords;
  declare private readonly lock: SpinLock;
  /** The objects that the value held which the last change has replaced. */
  declare replaced: Int32Array;
  /** The version of the value that was read last. */
  declare version: number;

  constructor(memory: SharedArrayBuffer, body: GrowingWords, isNew: boolean) {
    this.head = new Int32Array(memory, 0, HEAD);
    this.body = body;
    this.lock = new SpinLock(this.head, LOCK, () => this.repair());
    this.replaced = NOTHING;
    this.version = 0;
    if (isNew) this.head[HIGH] = HEAD;
  }

  get length(): number {
    return Atomics.load(this.head, LENGTH);
  }

  /** Puts the first words of an array at the end: its index, or NO_MEMORY. */
  push(source: Int32Array, length: number): number {
    this.begin();
    try {
      const index = this.length;
      if (!this.hasSegment(index)) return NO_MEMORY;
      return this.change(index, source, length);
    } finally {
      this.lock.unlock();
    }
  }

  /** Replaces the value of an index, which there is: the index, or NO_MEMORY. */
  set(index: number, source: Int32Array, length: number): number {
    this.begin();
    try {
      return this.change(index, source, length);
    } finally {
      this.lock.unlock();
    }
  }

  /** The words of the value of an index, which there is. Valid until the next call. `version` says which it was. */
  get(index: number): Int32Array {
    const at = this.entryAt(index);
    for (;;) {
      const { words } = this.body;
      const version = Atomics.load(words, at);
      if ((version & 1) !== 0) {
        this.lock.pass();
        continue;
      }
      const first = Atomics.load(words, at + VALUE);
      const second = Atomics.load(words, at + VALUE + 1);
      const third = Atomics.load(words, at + VALUE + 2);
      if (first !== FAR) {
        if (Atomics.load(words, at) !== version) continue;
        this.version = version;
        inline[0] = first;
        inline[1] = second;
        inline[2] = third;
        return inline;
      }
      const start = second + CELL;
      if (Atomics.load(words, at) !== version || !this.body.reaches(start + third)) continue;
      const copy = this.body.words.slice(start, start + third);
      fence();
      if (Atomics.load(words, at) !== version) continue;
      this.version = version;
      return copy;
    }
  }

  /** The words of the values from an index to before another, which there are, with their versions: all at one moment. */
  copies(start: number, end: number): { readonly words: Int32Array; readonly version: number }[] {
    const copies: { words: Int32Array; version: number }[] = [];
    this.begin();
    try {
      for (let index = start; index < end; index++)
        copies.push({ words: this.get(index).slice(), version: this.version });
    } finally {
      this.lock.unlock();
    }
    return copies;
  }

  hasVersion(index: number, version: number): boolean {
    return Atomics.load(this.body.words, this.entryAt(index)) === version;
  }

  /** A thread has died, perhaps in the midst of a change. */
  mend(dead: number): void {
    if (this.lock.holder === dead) this.lock.pass();
  }

  /** Throws when an invariant does not hold. For a list that no thread uses at the moment. */
  check(): void {
    const { head, length } = this;
    this.body.reaches(head[HIGH] as number);
    if (head[NOTE] !== 0 || head[REDO] !== 0) throw new Error("Entries: a change is half done");
    const cells = new Map<number, string>();
    const meet = (cell: number, where: string): void => {
      const before = cells.get(cell);
      if (before !== undefined) throw new Error(`Entries: cell ${cell} is in ${before} and in ${where}`);
      cells.set(cell, where);
    };
    for (let index = 0; index < length; index++) {
      const at = this.entryAt(index);
      const { words } = this.body;
      if ((words[at] as number) % 2 !== 0) throw new Error(`Entries: ${index} is being changed`);
      if (words[at + VALUE] === FAR) meet(words[at + VALUE + 1] as number, `entry ${index}`);
    }
    for (let of = 0; of < CLASSES; of++)
      for (let cell = head[FREE + of] as number; cell !== 0; cell = this.body.words[cell + CELL] as number)
        meet(cell, `the free cells of class ${of}`);
    let sum = HEAD;
    for (const cell of cells.keys()) sum += sizeOf(this.body.words[cell] as number);
    for (let i = 0; i < SEGMENTS && head[SEGMENTS + i] !== 0; i++) sum += segmentSize(i);
    if (sum !== head[HIGH]) throw new Error(`Entries: ${head[HIGH]} words were used, and ${sum} are known`);
  }

  /** Bytes that are in use, or were. */
  get bytes(): number {
    return Atomics.load(this.head, HIGH) * 4;
  }

  /** 1 */
  private begin(): void {
    this.lock.lock();
    this.body.reaches(this.head[HIGH] as number);
    if (steps.at !== null) steps.at("list.lock");
  }

  /** 2, 3, 4 */
  private change(index: number, source: Int32Array, length: number): number {
    const { head } = this;
    const isFar = length > INLINE;
    // 2
    let cell = 0;
    if (isFar) {
      cell = this.takeCell(length + CELL);
      if (cell === 0) return NO_MEMORY;
      this.body.words.set(source.subarray(0, length), cell + CELL);
      if (steps.at !== null) steps.at("list.write");
    }
    const at = this.entryAt(index);
    const { words } = this.body;
    const old = words[at + VALUE] === FAR ? (words[at + VALUE + 1] as number) : 0;
    this.replaced = old === 0 ? NOTHING : objectsIn(words, old + CELL);
    // 3
    head[REDO_OLD] = old;
    head[REDO_ENTRY] = isFar ? FAR : (source[0] as number);
    head[REDO_ENTRY + 1] = isFar ? cell : (source[1] as number);
    head[REDO_ENTRY + 2] = isFar ? length : (source[2] as number);
    if (steps.at !== null) steps.at("list.prepare");
    Atomics.store(head, REDO, index + 1);
    if (steps.at !== null) steps.at("list.commit");
    // 4
    this.carryOut();
    return index;
  }

  /** Can be done again from the beginning, wherever it was left off. */
  private carryOut(): void {
    const { head } = this;
    const index = (head[REDO] as number) - 1;
    const at = this.entryAt(index);
    const { words } = this.body;
    const version = Atomics.load(words, at) | 1;
    Atomics.store(words, at, version);
    if (steps.at !== null) steps.at("list.odd");
    for (let i = 0; i < INLINE; i++) Atomics.store(words, at + VALUE + i, head[REDO_ENTRY + i] as number);
    Atomics.store(words, at, (version + 1) | 0);
    if (steps.at !== null) steps.at("list.even");
    if (index === head[LENGTH]) Atomics.store(head, LENGTH, index + 1);
    if (steps.at !== null) steps.at("list.length");
    if (head[REDO_OLD] !== 0) this.freeCell(head[REDO_OLD] as number, words[head[REDO_OLD] as number] as number);
    head[NOTE] = 0;
    if (steps.at !== null) steps.at("list.forget");
    Atomics.store(head, REDO, 0);
    if (steps.at !== null) steps.at("list.done");
  }

  private repair(): void {
    const { head, body } = this;
    body.reaches(head[HIGH] as number);
    // 1 a segment whose memory was taken, and not counted yet
    for (let i = 0; i < SEGMENTS; i++) {
      const at = head[SEGMENTS + i] as number;
      if (at !== 0 && at + segmentSize(i) > (head[HIGH] as number)) head[HIGH] = at + segmentSize(i);
    }
    // 2 a change that has happened
    if (head[REDO] !== 0) {
      this.carryOut();
      return;
    }
    // 3 a cell for one that has not
    const cell = head[NOTE] as number;
    if (cell === 0) return;
    if (cell < (head[HIGH] as number)) {
      body.words[cell] = head[NOTE_CLASS] as number;
      this.freeCell(cell, head[NOTE_CLASS] as number);
    }
    head[NOTE] = 0;
  }

  /** A cell with room for so many words, its class included; 0 if there is no memory for one. */
  private takeCell(size: number): number {
    const { head } = this;
    const needed = classFor(size);
    let of = needed;
    if (head[FREE + of] === 0 && !this.body.grow((head[HIGH] as number) + sizeOf(of))) {
      // Rather a free one that is too large than none.
      while (of < CLASSES && head[FREE + of] === 0) of++;
      if (of === CLASSES) return 0;
    }
    head[NOTE_CLASS] = of;
    const free = head[FREE + of] as number;
    const cell = free === 0 ? (head[HIGH] as number) : free;
    Atomics.store(head, NOTE, cell);
    if (steps.at !== null) steps.at("list.note");
    if (free === 0) {
      Atomics.store(head, HIGH, cell + sizeOf(of));
      if (steps.at !== null) steps.at("list.high");
      this.body.words[cell] = of;
    } else {
      this.body.reaches(cell + sizeOf(of));
      Atomics.store(head, FREE + of, this.body.words[cell + CELL] as number);
    }
    if (steps.at !== null) steps.at("list.cell");
    return cell;
  }

  /** Frees a cell, if that has not been done. */
  private freeCell(cell: number, of: number): void {
    const { head } = this;
    if (head[FREE + of] === cell) return;
    this.body.reaches(cell + sizeOf(of));
    this.body.words[cell + CELL] = head[FREE + of] as number;
    if (steps.at !== null) steps.at("list.free");
    Atomics.store(head, FREE + of, cell);
    if (steps.at !== null) steps.at("list.freed");
  }

  /** Is there memory for an entry, or can there be? With the lock. */
  private hasSegment(index: number): boolean {
    const { head } = this;
    const i = segmentOf(index);
    if (head[SEGMENTS + i] !== 0) return true;
    const at = head[HIGH] as number;
    if (!this.body.grow(at + segmentSize(i))) return false;
    Atomics.store(head, SEGMENTS + i, at);
    if (steps.at !== null) steps.at("list.segment");
    Atomics.store(head, HIGH, at + segmentSize(i));
    return true;
  }

  private entryAt(index: number): number {
    const i = segmentOf(index);
    const at = (this.head[SEGMENTS + i] as number) + (index - firstOf(i)) * ENTRY;
    this.body.reaches(at + ENTRY);
    return at;
  }
}

const segmentOf = (index: number): number => 31 - Math.clz32((index >> FIRST_BITS) + 1);
/** The first index of a segment. */
const firstOf = (segment: number): number => ((1 << segment) - 1) << FIRST_BITS;
/** Words of a segment. */
const segmentSize = (segment: number): number => ENTRY * 2 ** (segment + FIRST_BITS);

/** Words of a cell: 4, 6, 8, 12, 16, 24, ... */
const sizeOf = (of: number): number => ((of & 1) === 0 ? 4 : 6) * 2 ** (of >> 1);

function classFor(size: number): number {
  let of = 0;
  while (sizeOf(of) < size) of++;
  return of;
}
