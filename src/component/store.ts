// A store: values by key in shared memory, several of which are read and changed at one moment.
//
// How commits are made, and survive deaths: store-memory.ts. How a body sees one moment: store-transaction.ts.
//
//   transaction   1 run the body   2 nothing written: its moment is that of the transaction   3 commit with the lock; if another has changed what was read, again from 1

import { describeValue } from "../base/errors.ts";
import { INSPECT } from "../base/inspect.ts";
import { checkpoint, yieldNow } from "../core/basic.ts";
import { Composite, isOperation } from "../core/body.ts";
import { misuse } from "../core/leaf.ts";
import { READ, SELF, tellMade, touch, WRITE } from "../core/tracker.ts";
import type { Operation, Suspend } from "../core/types.ts";
import { defineKind, NEW } from "../parallel/directory.ts";
import { isAsyncGenerator, kindOf } from "../parallel/entry/kind.ts";
import { SHARE } from "../parallel/shareable.ts";
import { checkedMakings, mapMemory } from "../parallel/shared/map.ts";
import { TransactionConflictError } from "./errors.ts";
import { Change } from "./store-changes.ts";
import { WithLock } from "./store-lock.ts";
import { StoreMemory } from "./store-memory.ts";
import { CONFLICT, OVER, RETRY, RUNNING, Transaction, UNDER_WAY } from "./store-transaction.ts";

export interface TransactionOptions {
  /** How often the body is run at most, if others keep changing what it has read: a whole number of at least 1, or Infinity. Waits of `retry` do not count. Default: that of the store. */
  readonly attempts?: number | undefined;
}

export interface StoreOptions {
  /** For messages and reports. Default: "store". */
  readonly name?: string | undefined;
  /** How many bytes it may grow to, from 64 KiB to 2 GiB. They are reserved, and take memory only as they are used. Default: 1 GiB. */
  readonly maxBytes?: number | undefined;
  /** See `TransactionOptions`. Holds in the thread that makes the store; others have the default. Default: 100. */
  readonly attempts?: number | undefined;
}

/** Each kind that is defined above `parallel` has its module as its name. */
const KIND = import.meta.url;
const STANDARD_ATTEMPTS = 100;
/** Keys that are named in an error. */
const SHOWN = 8;
/** Times that a snapshot is tried without keeping commits out. */
const FEW = 3;

/** The transaction whose body runs in this thread. */
let current: Transaction<never> | null = null;

/**
 * Values by key that several threads share, and change together: a transaction reads and writes any of them at one moment, as if nobody else were there. A store may be given to any
 * thread, as an argument of a call, in a message or as a value of another store, and is the same there. `S` says what is under which key.
 *
 * Values are whatever a channel can carry: copied in, copied out, and shared objects as what they are. Commits are made one after the other, reads are kept up by nobody. A commit happens as a
 * whole or not at all, also when its thread dies in the midst of it: then another thread finishes it.
 *
 * It costs some microseconds to read or write a value, and the commit of several values about twice as much, since they are written down before.
 *
 * @example
 * const bank = new Store<Record<string, number>>({ name: "bank" });
 * yield* bank.transaction((tx) => {
 *   const balance = tx.get("alice") ?? 0;
 *   if (balance < 10) tx.retry(); // until somebody pays something in
 *   tx.set("alice", balance - 10);
 *   tx.update("bob", (old = 0) => old + 10);
 * });
 */
export class Store<in out S extends object = Record<string, unknown>> {
  declare private readonly memory: StoreMemory;
  declare private readonly attempts: number;

  /** @throws {@link MisuseError} for options that cannot be */
  constructor(options: StoreOptions = {}) {
    const known = (options as unknown) instanceof StoreMemory ? (options as unknown as StoreMemory) : null;
    this.memory = known ?? create(options);
    this.attempts = known === null ? checkedAttempts(options.attempts, STANDARD_ATTEMPTS, "Store") : STANDARD_ATTEMPTS;
    this.memory.adopt(this);
    tellMade(this.memory);
  }

  /** @internal */
  get [SHARE](): number {
    return this.memory[SHARE];
  }

  get name(): string {
    return this.memory.name;
  }

  /**
   * Performs a transaction: all that the body reads is of one moment, and all that it writes is written at one moment, the same, or none of it is. What it returns is the value.
   *
   * The body is a plain function, and is **run again** when another transaction has changed what it has read before it could commit. So it should do nothing but read, write and compute.
   * What it throws is thrown, and nothing is written. No lock is held while it runs. `tx.retry()` waits, without being asked again and again, until something it has read is changed.
   *
   * Whoever commits first wins: one of those that meet always goes on, but a long transaction among many short ones may be run again and again. Commits take their turn as those who lock a
   * `SharedMutex`. O(keys read and written) for the commit. Nothing is sent to threads that wait for other keys, but for those that share one of eight wait sets.
   *
   * **Cancellation.** Either it has been committed, and its value is delivered, or nothing has happened.
   *
   * @throws {@link TransactionConflictError} when it has been run `attempts` times in vain; {@link MisuseError} in the body of another transaction, and for an async or generator function;
   * for a value that cannot be copied, and when the store is full
   */
  transaction<R>(body: (tx: Transaction<S>) => R, options: TransactionOptions = {}): Operation<R> {
    const from = "Store.transaction";
    if (typeof body !== "function") throw misuse(`${from}: the body must be a function, got ${describeValue(body)}.`);
    const kind = kindOf(body);
    if (kind !== "plain" || isAsyncGenerator(body))
      throw misuse(
        `${from}: the body of a transaction cannot wait, and ${kind === "async" ? "an async function" : "a generator function"} does. Write a plain one, and wait before or after the transaction, or by tx.retry().`,
      );
    if (typeof options !== "object" || options === null)
      throw misuse(`${from}: options must be an object, got ${describeValue(options)}.`);
    return this.perform(from, body, checkedAttempts(options.attempts, this.attempts, from));
  }

  /** The value of a key; `undefined` if it is not there. A transaction of its own. */
  get<K extends keyof S & string>(key: K): Operation<S[K] | undefined> {
    return this.perform("Store.get", (tx) => tx.get(key), this.attempts);
  }

  /** Is the key there? A transaction of its own. */
  has(key: keyof S & string): Operation<boolean> {
    return this.perform("Store.has", (tx) => tx.has(key), this.attempts);
  }

  /** Sets a key. A transaction of its own, which never meets another. */
  set<K extends keyof S & string>(key: K, value: S[K]): Operation<void> {
    return this.perform("Store.set", (tx) => tx.set(key, value), this.attempts);
  }

  /** Takes a key out, and says whether it was there. A transaction of its own. */
  delete(key: keyof S & string): Operation<boolean> {
    return this.perform("Store.delete", (tx) => tx.delete(key), this.attempts);
  }

  /** Sets a key to what a function makes of its value, and answers that. A transaction of its own: the function may be called several times. */
  update<K extends keyof S & string>(key: K, f: (old: S[K] | undefined) => S[K]): Operation<S[K]> {
    if (typeof f !== "function")
      throw misuse(`Store.update: the second argument must be a function of the old value, got ${describeValue(f)}.`);
    return this.perform("Store.update", (tx) => tx.update(key, f), this.attempts);
  }

  /** Waits until a key is there, and answers its value. **Cancellation.** Nothing has happened. */
  wait<K extends keyof S & string>(key: K): Operation<S[K]> {
    return this.perform("Store.wait", (tx) => (tx.has(key) ? (tx.get(key) as S[K]) : tx.retry()), Infinity);
  }

  /**
   * All keys and their values, as they were at one moment. O(entries).
   *
   * If others commit all the time, they are kept out while the entries are copied.
   */
  snapshot(): Operation<Map<keyof S & string, S[keyof S & string]>> {
    refuseNested("Store.snapshot", this.name);
    return new Composite("Store.snapshot", () => this.copyAll()) as Operation<
      Map<keyof S & string, S[keyof S & string]>
    >;
  }

  private *copyAll(): Generator<Suspend, Map<string, unknown>, unknown> {
    const { memory } = this;
    const from = "Store.snapshot";
    yield* checkpoint;
    touch(memory, SELF, READ);
    for (let i = 0; i < FEW; i++) {
      const all = memory.all(from, memory.clock);
      if (all !== null) return all;
    }
    const locked: Operation<Map<string, unknown>> = new WithLock(
      memory,
      () => memory.all(from, Infinity) as Map<string, unknown>,
    );
    return yield* locked;
  }

  private perform<R>(from: string, body: (tx: Transaction<S>) => R, attempts: number): Operation<R> {
    refuseNested(from, this.name);
    return new Composite(from, () => this.attempt(from, body, attempts));
  }

  private *attempt<R>(from: string, body: (tx: Transaction<S>) => R, attempts: number): Generator<Suspend, R, unknown> {
    const { memory } = this;
    const keys = new Set<string>();
    yield* checkpoint;
    for (let left = attempts; ; ) {
      // 1
      touch(memory, SELF, READ);
      const tx = new Transaction<S>(memory);
      const value = runBody(body, tx, from);
      const { state, conflict, reads, writes } = tx;
      tx.state = OVER;
      if (state === RETRY) {
        yield* new Change(memory, reads);
        continue;
      }
      let key = conflict;
      if (state === RUNNING) {
        // 2
        if (writes.size === 0) return value as R;
        // 3
        const commit: Operation<string | undefined> = new WithLock(memory, () => {
          touch(memory, SELF, WRITE);
          return memory.commit(reads, writes, from)?.slice(1);
        });
        key = yield* commit;
        if (key === undefined) return value as R;
      }
      if (key !== undefined) keys.add(key);
      if (--left <= 0) throw tooMany(from, this.name, attempts, keys);
      if (state === UNDER_WAY) yield* new WithLock(memory, () => {});
      else yield* yieldNow();
    }
  }

  /** @internal */
  get inside(): StoreMemory {
    return this.memory;
  }

  /** @internal */
  [INSPECT](): string {
    return `[store "${this.name}"]`;
  }

  /** Throws when an invariant does not hold. For a store that no other thread uses at the moment. @internal */
  check(): void {
    this.memory.check();
  }
}

/** Runs a body once. What it throws counts if all it has read was of one moment. */
function runBody<S extends object>(body: (tx: Transaction<S>) => unknown, tx: Transaction<S>, from: string): unknown {
  let value: unknown;
  current = tx as unknown as Transaction<never>;
  try {
    value = body(tx);
  } catch (error) {
    if (tx.state === RUNNING) {
      tx.state = OVER;
      throw error;
    }
    return undefined;
  } finally {
    current = null;
  }
  if (tx.state === CONFLICT || tx.state === UNDER_WAY || tx.state === RETRY) return undefined;
  if (isOperation(value) || typeof (value as { then?: unknown } | null | undefined)?.then === "function") {
    tx.state = OVER;
    throw misuse(
      `${from}: the body has returned ${isOperation(value) ? "an operation" : "a promise"}, but a transaction cannot wait. Return a value; wait before or after the transaction, or by tx.retry().`,
    );
  }
  return value;
}

function refuseNested(from: string, name: string): void {
  if (current !== null)
    throw misuse(
      `${from}: called on "${name}" in the body of a transaction. Use its tx there; what is in two stores cannot change at one moment.`,
    );
}

function tooMany(from: string, name: string, attempts: number, keys: ReadonlySet<string>): TransactionConflictError {
  const shown = [...keys].slice(0, SHOWN).map((key) => JSON.stringify(key));
  const more = keys.size > SHOWN ? ` and ${keys.size - SHOWN} more` : "";
  return new TransactionConflictError(
    `${from}: run ${attempts} ${attempts === 1 ? "time" : "times"}, and each time others had changed what it had read of "${name}": ${shown.join(", ")}${more}. Read fewer keys, make it shorter, or allow more attempts.`,
    [...keys],
    attempts,
  );
}

function checkedAttempts(attempts: unknown, standard: number, from: string): number {
  if (attempts === undefined) return standard;
  if (attempts === Infinity || (Number.isSafeInteger(attempts) && (attempts as number) >= 1)) return attempts as number;
  throw misuse(`${from}: attempts must be a whole number of at least 1, or Infinity, got ${describeValue(attempts)}.`);
}

const faceOf = (memory: StoreMemory): unknown => new Store(memory as unknown as StoreOptions);

defineKind(KIND, (memory, name, id) => new StoreMemory(memory, name, id, faceOf, KIND));

function create(options: StoreOptions): StoreMemory {
  const { name, maxBytes } = checkedMakings(options, "Store", "store");
  return new StoreMemory(mapMemory(maxBytes), name, NEW, faceOf, KIND);
}
