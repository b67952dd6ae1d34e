// A map that threads share, as users have it in hand.

import { describeValue } from "../../base/errors.ts";
import { INSPECT } from "../../base/inspect.ts";
import { misuse } from "../../core/leaf.ts";
import type { Selectable } from "../../core/types.ts";
import { defineKind, NEW } from "../directory.ts";
import { SHARE } from "../shareable.ts";
import { growable } from "./arena.ts";
import { checkStore } from "./check.ts";
import { CELL_WORDS, FIRST, FIRST_LEVEL } from "./layout.ts";
import { ABSENT, FIRST_BUCKET, KIND, Store } from "./store.ts";
import { Arrival } from "./waiting.ts";

export interface SharedMapOptions {
  /** For messages and reports. Default: "shared map". */
  readonly name?: string | undefined;
  /** How many bytes it may grow to, from 64 KiB to 2 GiB. They are reserved, and take memory only as they are used. Default: 1 GiB. */
  readonly maxBytes?: number | undefined;
}

const STANDARD_BYTES = 2 ** 30;
const LEAST_BYTES = 2 ** 16;
const MOST_BYTES = 2 ** 31;
/** Bytes before anything is in it. */
const EMPTY_BYTES = Math.ceil(((FIRST + (CELL_WORDS << FIRST_LEVEL)) * 4) / 4096) * 4096;

/**
 * A map in memory that threads share: it may be given to any thread, as an argument of a call, in a message or as a value of another map, and is the same map there.
 *
 * Keys are strings; values are whatever a channel can carry: copied in, copied out, and shared objects as what they are. Each call is one step that no other thread sees half done.
 * None waits: reads take no lock, writes one that is held for less than a microsecond. Whole numbers of 31 bits, `null`, `undefined` and booleans cost least, then other numbers and strings.
 *
 * It grows with what is in it, 40 bytes and more an entry; memory of what was deleted is used again, whatever for. A thread that dies in the midst of a call leaves the map as it
 * was before that call, or as after it.
 *
 * @example
 * const seen = new SharedMap<number>({ name: "seen" });
 * for (const part of parts) pool.go(jobs.count, part, seen);      // there: map.update(word, (n = 0) => n + 1)
 * const total = yield* seen.wait("total");
 */
export class SharedMap<in out V> {
  declare private readonly store: Store;

  /** @throws {@link MisuseError} for options that cannot be */
  constructor(options: SharedMapOptions = {}) {
    this.store = (options as unknown) instanceof Store ? (options as unknown as Store) : create(options);
    this.store.adopt(this);
  }

  /** @internal */
  get [SHARE](): number {
    return this.store[SHARE];
  }

  get name(): string {
    return this.store.name;
  }

  /** How many entries there are: exact if no other thread puts any in or takes any out meanwhile. O(threads). */
  get size(): number {
    return this.store.size;
  }

  /**
   * The value of a key, as a copy; `undefined` if it is not there. O(size of key and value).
   *
   * @throws {@link MisuseError} if the value holds a shared object that has not been introduced to this thread, which may happen for moments in one that has just begun: use `wait`
   */
  get(key: string): V | undefined {
    checkKey(key, "SharedMap.get");
    const value = this.store.get(key, "SharedMap.get");
    return value === ABSENT ? undefined : (value as V);
  }

  /** Is the key there? O(size of the key). */
  has(key: string): boolean {
    checkKey(key, "SharedMap.has");
    return this.store.has(key);
  }

  /**
   * Sets the value of a key to a copy of what is given. O(size of key and value).
   *
   * @throws {@link MisuseError} if the map is full; an error for a value that cannot be copied. Nothing is changed then
   */
  set(key: string, value: V): void {
    checkKey(key, "SharedMap.set");
    this.store.set(key, value, "SharedMap.set");
  }

  /**
   * Sets a key that is not there. Of several threads exactly one does, and is told so by `true`; for the others nothing is changed.
   *
   * @throws as `set`
   * @example
   * if (owners.setOnce(file, me)) yield* convert(file);
   */
  setOnce(key: string, value: V): boolean {
    checkKey(key, "SharedMap.setOnce");
    return this.store.setOnce(key, value, "SharedMap.setOnce");
  }

  /** Takes a key out. Says whether it was there. O(size of key and value). */
  delete(key: string): boolean {
    checkKey(key, "SharedMap.delete");
    return this.store.delete(key);
  }

  /**
   * Sets a key to what a function makes of its value, `undefined` if it is not there, and answers what it was set to.
   *
   * No lock is held meanwhile: when another thread has changed the entry before it is set, the function is called again with what is there then. So it should do nothing but
   * answer. What it throws is thrown, and nothing is changed.
   *
   * @throws as `set` and `get`
   * @example
   * visits.update(page, (n = 0) => n + 1);
   */
  update(key: string, f: (old: V | undefined) => V): V {
    checkKey(key, "SharedMap.update");
    if (typeof f !== "function")
      throw misuse(
        `SharedMap.update: the second argument must be a function of the old value, got ${describeValue(f)}.`,
      );
    let value: V;
    const change = (old: unknown): V => {
      value = f(old === ABSENT ? undefined : (old as V));
      return value;
    };
    for (;;) if (this.store.tryUpdate(key, change, "SharedMap.update")) return value!;
  }

  /**
   * Waits until a key is there, and completes with a copy of its value: at once if it is there already. All who wait for a key get it. Waiting costs nothing to threads that set other
   * keys, but for those that share one of eight wait sets with it.
   *
   * **Cancellation.** Nothing is changed.
   *
   * @throws as the codec, for a value it cannot decode
   */
  wait(key: string): Selectable<V> {
    checkKey(key, "SharedMap.wait");
    return new Arrival<V>(this.store, key);
  }

  /**
   * The entries, in no order. Each key that is there from the beginning to the end comes exactly once, and none comes twice, whatever other threads do; one that comes or goes meanwhile
   * may be among them. A value is what it is when it comes.
   */
  *entries(): IterableIterator<[string, V]> {
    const { store } = this;
    for (let place: number | null = FIRST_BUCKET; place !== null; ) {
      const bucket = store.keysFrom(place);
      for (const key of bucket.keys) {
        const value = store.get(key, "SharedMap.entries");
        if (value !== ABSENT) yield [key, value as V];
      }
      place = bucket.next;
    }
  }

  /**
   * Takes all entries out, at one moment: what is set before is gone, what is set after stays. Of two threads that do so at once one waits for the other. O(entries).
   *
   * What was taken is used again for other entries; the memory stays the map's. Until it is done others may count entries in `size` that are there no more.
   */
  clear(): void {
    this.store.clear();
  }

  /** @internal */
  [INSPECT](): string {
    return `[shared map "${this.name}", ${this.size} entries]`;
  }

  /** Throws when an invariant does not hold. For a map that no thread uses at the moment. @internal */
  check(): void {
    checkStore(this.store);
  }
}

const faceOf = (store: Store): unknown => new SharedMap<unknown>(store as unknown as SharedMapOptions);

defineKind(KIND, (memory, name, id) => new Store(memory, name, id, faceOf));

function create(options: SharedMapOptions): Store {
  const { name, maxBytes } = checkedMakings(options, "SharedMap", "shared map");
  return new Store(mapMemory(maxBytes), name, NEW, faceOf);
}

function checkKey(key: unknown, from: string): void {
  if (typeof key !== "string") throw misuse(`${from}: the key must be a string, got ${describeValue(key)}.`);
}

/** Name and size of a map, or of what is built on one. `kind` is the class, for messages; `standard` the name of what was given none. */
export function checkedMakings(
  options: SharedMapOptions,
  kind: string,
  standard: string,
): { readonly name: string; readonly maxBytes: number } {
  if (typeof options !== "object" || options === null)
    throw misuse(`${kind}: options must be an object, got ${describeValue(options)}.`);
  const { name = standard, maxBytes = STANDARD_BYTES } = options;
  if (typeof name !== "string") throw misuse(`${kind}: the name must be a string, got ${describeValue(name)}.`);
  if (!Number.isInteger(maxBytes) || maxBytes < LEAST_BYTES || maxBytes > MOST_BYTES)
    throw misuse(
      `${kind}: maxBytes must be a whole number from ${LEAST_BYTES} to ${MOST_BYTES}, got ${describeValue(maxBytes)}.`,
    );
  return { name, maxBytes };
}

/** Memory for a new map that may grow to so many bytes. */
export function mapMemory(maxBytes: number): SharedArrayBuffer {
  return growable(maxBytes, EMPTY_BYTES);
}
