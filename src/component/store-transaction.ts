// One run of the body of a transaction: what it has read, and what it is to write.
//
// All it reads is of one moment, the commit whose number it has taken down. A value of a later commit makes it look whether all it has read before still holds at a later moment; if so,
// that is its moment from then on. If not, the body is interrupted, and whatever it makes of that its outcome does not count.

import { describeValue } from "../base/errors.ts";
import { misuse } from "../core/leaf.ts";
import { decode, encode } from "../parallel/codec.ts";
import { relax } from "../parallel/relax.ts";
import { SHARE, type Shareable } from "../parallel/shareable.ts";
import type { Read } from "./store-changes.ts";
import { type Found, ownKey, type StoreMemory, type Write } from "./store-memory.ts";

// How it goes.
export const RUNNING = 0;
/** Another commit has come between its reads, and it must be run again. */
export const CONFLICT = 1;
/** The same, and that commit is not over yet. */
export const UNDER_WAY = 2;
/** It wants to be run again when something has changed. */
export const RETRY = 3;
export const OVER = 4;

/** Looks at a commit that is not over yet. */
const LOOKS = 64;
/** Times that its moment is put off for one read. */
const MOST_DELAYS = 8;

/** Leaves a body that cannot go on. */
class Interruption extends Error {
  constructor() {
    super("Store.transaction: this run of the transaction does not count. Let this pass.");
    this.name = "Interruption";
  }
}

function interruption(): Interruption {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return new Interruption();
  } finally {
    Error.stackTraceLimit = limit;
  }
}

/** What the body of a transaction reads and writes by. Of use until the body returns. */
export class Transaction<in out S extends object> {
  declare private readonly memory: StoreMemory;
  declare private moment: number;
  /** @internal */
  declare state: number;
  /** By keys of the map, as are the writes. @internal */
  declare readonly reads: Map<string, Read>;
  /** @internal */
  declare readonly writes: Map<string, Write>;
  /** The key for which it was interrupted. @internal */
  declare conflict: string | undefined;

  /** @internal */
  constructor(memory: StoreMemory) {
    this.memory = memory;
    this.moment = memory.clock;
    this.state = RUNNING;
    this.reads = new Map();
    this.writes = new Map();
    this.conflict = undefined;
  }

  /** The value of a key, as a copy: what this transaction has set it to, else what it was at its moment. `undefined` if it is not there. */
  get<K extends keyof S & string>(key: K): S[K] | undefined {
    const from = "Transaction.get";
    this.check(key, from);
    const write = this.writes.get(ownKey(key));
    if (write !== undefined) return write === null ? undefined : (copied(write.value, from) as S[K]);
    return this.read(ownKey(key), from).value as S[K] | undefined;
  }

  /** Is the key there? */
  has(key: keyof S & string): boolean {
    this.check(key, "Transaction.has");
    const write = this.writes.get(ownKey(key));
    return write === undefined ? this.read(ownKey(key), "Transaction.has").isThere : write !== null;
  }

  /**
   * Sets a key to a copy of a value, when the transaction commits. `move` has no effect here, since the body may be run again.
   *
   * @throws {@link MisuseError} for a value that cannot be copied
   */
  set<K extends keyof S & string>(key: K, value: S[K]): void {
    this.check(key, "Transaction.set");
    this.writes.set(ownKey(key), { value: copied(value, "Transaction.set") });
  }

  /** Sets a key to what a function makes of its value, and answers that. */
  update<K extends keyof S & string>(key: K, f: (old: S[K] | undefined) => S[K]): S[K] {
    const value = f(this.get(key));
    this.set(key, value);
    return value;
  }

  /** Takes a key out, when the transaction commits. Says whether it was there. */
  delete(key: keyof S & string): boolean {
    this.check(key, "Transaction.delete");
    const was = this.has(key);
    if (was) this.writes.set(ownKey(key), null);
    return was;
  }

  /**
   * Ends this run of the body: it is run again when one of the keys it has read has been changed, by any thread. What it has set is forgotten.
   *
   * @throws always; let that pass. {@link MisuseError} if nothing has been read: then nothing could ever change
   */
  retry(): never {
    this.check("", "Transaction.retry");
    if (this.reads.size === 0)
      throw misuse(
        `Transaction.retry: nothing has been read of "${this.memory.name}", so that nothing could change. Read what it waits for before.`,
      );
    throw this.interrupt(RETRY, undefined);
  }

  private read(key: string, from: string): Found {
    for (let delays = 0; ; delays++) {
      const found = this.memory.look(key, from);
      const { version } = found.read;
      if (version <= this.moment) {
        const before = this.reads.get(key);
        if (before !== undefined && (before.word !== found.read.word || before.stamp !== found.read.stamp))
          throw this.interrupt(CONFLICT, key);
        this.reads.set(key, found.read);
        return found;
      }
      if (delays === MOST_DELAYS) throw this.interrupt(CONFLICT, key);
      this.delay(version, key);
    }
  }

  /** Makes a later moment its own, if all it has read was the same then. */
  private delay(version: number, key: string): void {
    const { memory } = this;
    let now = memory.clock;
    for (let looks = 1; now < version && looks < LOOKS; looks++) {
      relax(looks);
      now = memory.clock;
    }
    if (now < version) throw this.interrupt(UNDER_WAY, key);
    if (!memory.heldAt(now, this.reads)) throw this.interrupt(CONFLICT, key);
    this.moment = now;
  }

  private interrupt(state: number, key: string | undefined): Interruption {
    this.state = state;
    this.conflict = key?.slice(1);
    return interruption();
  }

  private check(key: unknown, from: string): void {
    if (this.state === OVER)
      throw misuse(
        `${from}: the transaction is over. Do all in the body, before it returns; what is to last, return from it.`,
      );
    if (this.state !== RUNNING) throw interruption(); // its body has caught the first
    if (typeof key !== "string") throw misuse(`${from}: the key must be a string, got ${describeValue(key)}.`);
  }
}

/** A copy, as another thread would get it. */
export function copied(value: unknown, from: string): unknown {
  if (typeof value !== "object" && typeof value !== "function" && typeof value !== "symbol") return value;
  if (value === null) return value;
  const objects = new Map<number, unknown>();
  const refer = (object: Shareable): void => {
    objects.set(object[SHARE], object);
  };
  const bytes = encode(value, { refer, hand: () => -1 }, from);
  return decode(bytes, { object: (id) => objects.get(id), handed: () => undefined });
}
