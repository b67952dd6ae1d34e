// An access to shared memory as one step of a task, of which an exploration knows what it reads or changes.

import { Leaf } from "../../../src/core/leaf.ts";
import { NOT_READY } from "../../../src/core/machine.ts";
import { READ, tellMade, touch, WRITE } from "../../../src/core/tracker.ts";
import { complete, type Description, type Waiter } from "../../../src/core/waiter.ts";

type Words = Int32Array | Float64Array;

/** Parts of an object that the library knows of come before. */
const FIRST_PART = 16;
/** The parts that are blocks of bytes. */
const FIRST_BLOCK = 1 << 20;

/** Who accesses, and may die of it. */
export interface Mortal {
  /** What it does takes no steps: nobody else knows the object yet. */
  readonly isBeingMade: boolean;
  /** Called before each access: throws when it is to die, and ever after. */
  live(): void;
  /** Would it find out, by looking, that another one has died? */
  hasToBury(): boolean;
}

/** A block of shared memory, as the explorer sees it. `place` tells blocks apart that are used in the same run: otherwise they are used again, since making them is dear. */
export class Memory {
  readonly buffer: SharedArrayBuffer;

  readonly nameOf: (word: number) => string;

  constructor(size: number, place: string, nameOf: (word: number) => string) {
    this.nameOf = nameOf;
    const key = `${place} ${size}`;
    this.buffer = blocks.get(key) ?? new SharedArrayBuffer(size);
    blocks.set(key, this.buffer);
    new Int32Array(this.buffer).fill(0);
    waiting.clear(); // of a run that was given up
    tellMade(this);
    memories.set(this.buffer, this);
  }
}

const blocks = new Map<string, SharedArrayBuffer>();
const memories = new WeakMap<SharedArrayBuffer, Memory>();

class Access extends Leaf<unknown> {
  private readonly by: Mortal;
  private readonly operation: string;
  private readonly words: Words;
  private readonly index: number;
  private readonly apply: () => unknown;

  constructor(by: Mortal, operation: string, words: Words, index: number, apply: () => unknown) {
    super();
    this.by = by;
    this.operation = operation;
    this.words = words;
    this.index = index;
    this.apply = apply;
  }

  ready(): boolean {
    return true;
  }

  poll(): unknown {
    this.by.live();
    const { words, index } = this;
    const before = words[index];
    const answer = this.apply();
    const isChanged = !Object.is(before, words[index]);
    tell(words, index, isChanged ? WRITE : READ);
    if (isChanged) lookAgain();
    return answer;
  }

  enlist(): void {}

  delist(): void {}

  describe(): Description {
    const { words, index } = this;
    const memory = memories.get(words.buffer as SharedArrayBuffer) as Memory;
    return {
      operation: this.operation,
      object: memory.nameOf(words instanceof Float64Array ? index * 2 : index),
      heldBy: [],
    };
  }
}

function tell(words: Words, index: number, mode: number): void {
  const memory = memories.get(words.buffer as SharedArrayBuffer) as Memory;
  touch(memory, FIRST_PART + (words instanceof Float64Array ? index * 2 : index), mode);
}

/** Bytes are accessed in the step that is under way. */
export function touchBytes(bytes: Uint8Array, start: number, length: number, mode: number): void {
  const memory = memories.get(bytes.buffer as SharedArrayBuffer) as Memory;
  const from = bytes.byteOffset + start;
  for (let block = from >> 7; block <= (from + length - 1) >> 7; block++) touch(memory, FIRST_BLOCK + block, mode);
}

/** Goes on when one of some words has changed. In place of a loop that looks again and again: of those there would be no end. */
class Change extends Leaf<void> {
  private readonly by: Mortal;
  private readonly places: readonly (readonly [Int32Array, number])[];
  private readonly before: readonly number[];
  private waiter: Waiter | null = null;

  constructor(by: Mortal, places: readonly (readonly [Int32Array, number])[], before: readonly number[]) {
    super();
    this.by = by;
    this.places = places;
    this.before = before;
  }

  ready(): boolean {
    return this.by.hasToBury() || this.places.some(([words, index], i) => words[index] !== this.before[i]);
  }

  poll(): unknown {
    this.by.live();
    for (const [words, index] of this.places) tell(words, index, READ);
    return this.ready() ? undefined : NOT_READY;
  }

  enlist(waiter: Waiter): void {
    this.waiter = waiter;
    waiting.add(this);
  }

  delist(): void {
    waiting.delete(this);
  }

  look(): void {
    if (!this.ready()) return;
    waiting.delete(this);
    complete(this.waiter as Waiter, undefined);
  }

  describe(): Description {
    return { operation: "a change", object: this.places.map(([, index]) => index).join(), heldBy: [] };
  }
}

/** Those who wait for a change. None is left at the end of a run that goes well. */
const waiting = new Set<Change>();

/** Lets those go on for whom something has changed. */
export function lookAgain(): void {
  for (const change of [...waiting]) change.look();
}

type Operation = "load" | "store" | "add" | "sub" | "and" | "or" | "exchange" | "compareExchange";

/** What the generators of a thread call: see generators.ts. */
export function accessesOf(whose: () => Mortal) {
  const access = (operation: string, words: Words, index: number, apply: () => unknown): Iterable<unknown> => {
    const by = whose();
    return by.isBeingMade ? atOnce(apply) : new Access(by, operation, words, index, apply);
  };
  return {
    atomic: (operation: Operation, words: Int32Array, index: number, ...operands: [number, number]) =>
      access(operation, words, index, () => Atomics[operation](words, index, ...operands)),
    read: (words: Words, index: number) => access("read", words, index, () => words[index]),
    write: (words: Words, index: number, value: number) =>
      access("write", words, index, () => {
        words[index] = value;
        return value;
      }),
    change: (places: readonly (readonly [Int32Array, number])[], before: readonly number[]) =>
      new Change(whose(), places, before),
  };
}

const atOnce = (apply: () => unknown): Iterable<unknown> => ({
  [Symbol.iterator]: () => ({ next: () => ({ done: true, value: apply() }) }),
});
