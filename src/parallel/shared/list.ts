// A list in shared memory, as users have it in hand: values go through the codec here, outside the lock; what lies in memory is the business of entries.ts.

import { describeValue } from "../../base/errors.ts";
import { INSPECT } from "../../base/inspect.ts";
import { misuse } from "../../core/leaf.ts";
import { defineKind, NEW, SharedObject } from "../directory.ts";
import { Entries, LEAST, NO_MEMORY } from "./entries.ts";
import { depart, dropAll, type Freight, handOver, learn, load, objectsIn, read } from "./freight.ts";
import { GrowingWords, growableMemory } from "./growable.ts";

const KIND = "list";
const STANDARD_BYTES = 2 ** 30;
const LEAST_BYTES = 2 ** 16;
const MOST_BYTES = 2 ** 32 - 2 ** 16;

export interface SharedListOptions {
  /** For messages and reports. Default: "shared list". */
  readonly name?: string | undefined;
  /** What it may take of memory, below 4 GiB; memory is taken as it is needed. Default: 1 GiB. */
  readonly maxBytes?: number | undefined;
}

/**
 * A list that threads share: any thread pushes, reads and replaces. There are no holes: an index below `length` has a value.
 *
 * Values are copied in and copied out; shared objects are shared. Each call is atomic. A thread that dies in the midst of one has either made its change or not. Memory of
 * values that were replaced is used again.
 *
 * @example
 * const found = new SharedList<string>();
 * yield* all(parts.map((part) => pool.run(jobs.search, part, found)));
 * console.log(found.length, found.slice(0, 10));
 */
export class SharedList<in out T> extends SharedObject {
  declare private readonly entries: Entries;

  constructor(options: SharedListOptions = {}) {
    const known = (options as unknown) instanceof Known ? (options as unknown as Known) : null;
    const { name, maxBytes } = known === null ? checked(options) : { name: known.name, maxBytes: 0 };
    const memory = known === null ? growableMemory(LEAST, maxBytes) : known.memory;
    super(KIND, memory, name, known === null ? NEW : known.id);
    this.entries = new Entries(memory, new GrowingWords(memory), known === null);
  }

  /**
   * Puts a value at the end, and answers its index, which no other push has been given. O(1), and the size of the value.
   *
   * @throws {@link MisuseError} if the value cannot travel, or there is no memory left
   */
  push(value: T): number {
    const freight = load(value, "SharedList.push");
    depart(freight, this.words);
    return this.done("push", freight, this.entries.push(freight.words, freight.length));
  }

  /** The value of an index; undefined if there is none yet. A copy of its own, each time. O(1), and the size of the value. */
  get(index: number): T | undefined {
    checkIndex("get", this.name, index);
    const { entries } = this;
    if (index < 0 || index >= entries.length) return undefined;
    for (;;) {
      const words = entries.get(index);
      if (this.isReadable(words, index, entries.version)) return read(words, 0) as T;
    }
  }

  /**
   * Replaces a value. O(1), and the size of the value.
   *
   * @throws {@link MisuseError} if there is no such index, the value cannot travel, or there is no memory left
   */
  set(index: number, value: T): void {
    checkIndex("set", this.name, index);
    const { length } = this;
    if (index < 0 || index >= length)
      throw misuse(
        `SharedList.set: "${this.name}" has ${length} values, and none at ${index}. Set only what is there; a new one is put at the end with push().`,
      );
    const freight = load(value, "SharedList.set");
    depart(freight, this.words);
    this.done("set", freight, this.entries.set(index, freight.words, freight.length));
    dropAll(this.entries.replaced);
  }

  /** How many values there are. It only grows. */
  get length(): number {
    return this.entries.length;
  }

  /**
   * The values from one index to before another, both counted from the end if they are negative, as with arrays: as they are at one moment. Who changes the list waits while
   * their bytes are copied. O(size of the values).
   */
  slice(from = 0, to: number = this.length): T[] {
    const { length } = this;
    const start = clamp(from, length);
    const end = clamp(to, length);
    for (;;) {
      const copies = this.entries.copies(start, end);
      if (copies.every(({ words, version }, i) => this.isReadable(words, start + i, version)))
        return copies.map(({ words }) => read(words, 0) as T);
    }
  }

  /** Are the objects known here that a value holds which was copied? If not, it has been replaced since. */
  private isReadable(words: Int32Array, index: number, version: number): boolean {
    const isReplaced = (): boolean => !this.entries.hasVersion(index, version);
    return objectsIn(words, 0).every((id) => learn(id, isReplaced) || !isReplaced());
  }

  /** @internal */
  [INSPECT](): string {
    return `[shared list "${this.name}", ${this.length} values]`;
  }

  /** Throws when an invariant does not hold. For a list that no thread uses at the moment. @internal */
  check(): void {
    this.entries.check();
  }

  /** Bytes of memory that were ever used. @internal */
  get bytes(): number {
    return this.entries.bytes;
  }

  /** @internal */
  override discard(): void {
    for (let i = 0; i < this.length; i++) dropAll(objectsIn(this.entries.get(i), 0));
  }

  protected mendFor(dead: number): void {
    this.entries.mend(dead);
  }

  private done(what: string, freight: Freight, index: number): number {
    if (index !== NO_MEMORY) {
      handOver(freight);
      return index;
    }
    dropAll(objectsIn(freight.words, 0));
    throw misuse(
      `SharedList.${what}: "${this.name}" has no memory left for a value of ${freight.length * 4} bytes. Make the list with more maxBytes, or keep less in it.`,
    );
  }
}

/** In place of options: a list that another thread has made. */
class Known {
  declare readonly memory: SharedArrayBuffer;
  declare readonly name: string;
  declare readonly id: number;

  constructor(memory: SharedArrayBuffer, name: string, id: number) {
    this.memory = memory;
    this.name = name;
    this.id = id;
  }
}

defineKind(KIND, (memory, name, id) => new SharedList(new Known(memory, name, id) as SharedListOptions));

function checked(options: SharedListOptions): { name: string; maxBytes: number } {
  if (typeof options !== "object" || options === null)
    throw misuse(`SharedList: options must be an object, got ${describeValue(options)}.`);
  const { name = "shared list", maxBytes = STANDARD_BYTES } = options;
  if (typeof name !== "string") throw misuse(`SharedList: the name must be a string, got ${describeValue(name)}.`);
  if (!Number.isInteger(maxBytes) || maxBytes < LEAST_BYTES || maxBytes > MOST_BYTES)
    throw misuse(
      `SharedList: maxBytes must be a whole number from ${LEAST_BYTES} to ${MOST_BYTES}, got ${describeValue(maxBytes)}.`,
    );
  return { name, maxBytes };
}

function checkIndex(what: string, name: string, index: unknown): void {
  if (!Number.isInteger(index))
    throw misuse(
      `SharedList.${what}: an index of "${name}" is a whole number, got ${describeValue(index)}. Count from 0.`,
    );
}

function clamp(index: number, length: number): number {
  const whole = Math.trunc(index) || 0;
  return whole < 0 ? Math.max(length + whole, 0) : Math.min(whole, length);
}
