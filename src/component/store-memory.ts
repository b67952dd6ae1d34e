// A store in shared memory: a shared map whose values carry the number of the commit they came with, and a few words beside it.
//
// The clock is the number of the last commit. A reader takes it down, and from then on takes no value of a later commit for one of its snapshot. So commits need not keep readers out, and
// readers hold up nobody.
//
//   commit, with the lock   1 has nothing changed that was read?   2 ATTEMPT = clock + 1   3 the writes, as a whole, in a record   4 PENDING = 1   5 each write   6 DELETED before that,
//                           if a key is deleted   7 clock = ATTEMPT   8 PENDING = 0, the record goes   9 wake those who wait
//
// A thread may die between any two of these. Before 4 nothing has happened. After 4 all of it will have: whoever takes the lock next does 5 to 8 again, which comes to the same however often it is
// done. A single write is one step of the map, and needs no record: 2, 5 (6), 7. Whoever finds ATTEMPT beyond the clock puts the clock on: a commit that came to nothing leaves a
// number out.
//
// Invariants, while nobody has the lock
//   no value is of a later commit than the clock
//   a key that is not there has not been there since DELETED

import { NEW } from "../parallel/directory.ts";
import { checkStore } from "../parallel/shared/check.ts";
import { EXTRA, EXTRA_WORDS, waitSets } from "../parallel/shared/layout.ts";
import { HOLDER as MUTEX_START, MUTEX_WORDS } from "../parallel/shared/mutex-words.ts";
import { ABSENT, FIRST_BUCKET, Store as SharedEntries } from "../parallel/shared/store.ts";
import { NONE } from "../parallel/shared/writer.ts";
import { steps } from "../parallel/steps.ts";
import { Changes, type Read, type Reads } from "./store-changes.ts";
import { CommitLock } from "./store-lock.ts";

// Numbers of commits, of eight bytes, counted from the beginning of the extra words.
const CLOCK = 0;
const ATTEMPT = 1;
/** The last commit that deleted a key. */
const DELETED = 2;
const NUMBERS = 3;

// Words, counted in the same way.
/** The half of the clock that changes. */
const TICK: number = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 0 : 1;
const PENDING = 6;
const LOCK = 8;

if (LOCK + MUTEX_WORDS - MUTEX_START > EXTRA_WORDS) throw new Error("store: too few words");

/** Before the keys of users, so that none of them is that of the record. */
const OWN = "=";
const RECORD = "!";
const BALLAST = "?";
/** Bytes that a write takes beside its value and its key, at most, if it is put into pages. */
const BESIDE = 6000;

/** Under a key: the number of the commit, and the value. */
type Entry = readonly [version: number, value: unknown];

/** What a transaction does to a key. */
export type Write = { readonly value: unknown } | null;

/** What was found under a key. */
export interface Found {
  readonly read: Read;
  readonly value: unknown;
  readonly isThere: boolean;
}

/** The key of the map for a key of users. */
export const ownKey = (key: string): string => OWN + key;

export class StoreMemory extends SharedEntries {
  declare readonly lock: CommitLock;
  declare readonly changes: Changes;
  declare private readonly extra: Int32Array;
  declare private readonly numbers: BigInt64Array;

  constructor(
    memory: SharedArrayBuffer,
    name: string,
    id: number,
    makeFace: (store: StoreMemory) => unknown,
    kind: string,
  ) {
    super(memory, name, id, (store) => makeFace(store as unknown as StoreMemory), kind);
    this.extra = new Int32Array(memory, EXTRA * 4, EXTRA_WORDS);
    this.numbers = new BigInt64Array(memory, EXTRA * 4, NUMBERS);
    this.lock = new CommitLock(new Int32Array(memory, (EXTRA + LOCK - MUTEX_START) * 4, MUTEX_WORDS));
    this.changes = new Changes(this);
    if (id !== NEW && !this.isSound) this.finishSoon(); // somebody may have died before it was known here
  }

  /** The number of the last commit. */
  get clock(): number {
    return this.number(CLOCK);
  }

  /** Changes with the clock. */
  get tick(): number {
    return Atomics.load(this.extra, TICK);
  }

  /** What is under a key of the map. If it is not there, its version is that of the last commit that can have deleted it. */
  look(key: string, from: string): Found {
    const found = this.get(key, from);
    const { word, stamp } = this;
    if (found === ABSENT)
      return { read: { version: this.number(DELETED), word, stamp: 0 }, value: undefined, isThere: false };
    const [version, value] = found as Entry;
    return { read: { version, word, stamp }, value, isThere: true };
  }

  /** Is the value of a key the same as when `word` and `stamp` were that? */
  private isStill(key: string, word: number, stamp: number): boolean {
    return this.read(key) ? this.word === word && this.stamp === stamp : word === NONE;
  }

  /** The first key of which something else has been read than what is there. */
  changedKey(reads: Reads): string | undefined {
    for (const [key, { word, stamp }] of reads) if (!this.isStill(key, word, stamp)) return key;
    return undefined;
  }

  hasChanged(reads: Reads): boolean {
    return this.changedKey(reads) !== undefined;
  }

  /** Were all of these at the time of a commit as they were read? It has been looked at the clock before. */
  heldAt(version: number, reads: Reads): boolean {
    return !this.hasChanged(reads) && this.number(DELETED) <= version;
  }

  /** All keys of users and their values. With a `version`, null if something may be of a later commit. */
  all(from: string, version: number): Map<string, unknown> | null {
    const all = new Map<string, unknown>();
    for (let place: number | null = FIRST_BUCKET; place !== null; ) {
      const bucket = this.keysFrom(place);
      for (const key of bucket.keys) {
        if (!key.startsWith(OWN)) continue;
        const { read, value, isThere } = this.look(key, from);
        if (read.version > version) return null;
        if (isThere) all.set(key.slice(OWN.length), value);
      }
      place = bucket.next;
    }
    return this.number(DELETED) > version ? null : all;
  }

  /** Commits, with the lock. Answers the key for which it cannot. */
  commit(reads: Reads, writes: ReadonlyMap<string, Write>, from: string): string | undefined {
    // 1
    const changed = this.changedKey(reads);
    if (changed !== undefined) return changed;
    // 2
    const version = this.clock + 1;
    this.put(ATTEMPT, version);
    if (steps.at !== null) steps.at("store: attempt");
    try {
      if (writes.size > 1) {
        // 3
        this.keep(version, writes, from);
        if (steps.at !== null) steps.at("store: record");
        // 4
        Atomics.store(this.extra, PENDING, 1);
        if (steps.at !== null) steps.at("store: pending");
      }
      // 5 to 9
      this.apply(version, writes, from);
    } catch (error) {
      if (Atomics.load(this.extra, PENDING) === 0) this.put(ATTEMPT, version - 1); // there was no memory, and nothing has happened
      throw error;
    }
    this.close(version, writes.size > 1);
    this.tell(writes.keys());
    return undefined;
  }

  /** Finishes what somebody has left who died with the lock. */
  finish(): void {
    if (this.isSound) return;
    if (Atomics.load(this.extra, PENDING) === 1) {
      const [version, entries] = this.get(RECORD, "Store") as [number, [string, Write][]];
      this.apply(version, new Map(entries), "Store");
      this.close(version, true);
      this.tell(entries.map(([key]) => key));
      return;
    }
    this.close(this.number(ATTEMPT), false);
    for (const set of waitSets()) this.waiting.wake(set);
    this.changes.look();
  }

  /** Has nobody died who had begun to commit, or is about to have? */
  get isSound(): boolean {
    return Atomics.load(this.extra, PENDING) === 0 && this.number(ATTEMPT) === this.clock;
  }

  /** Throws when an invariant does not hold. For a store that no other thread uses at the moment. */
  check(): void {
    checkStore(this);
    const where = `Store "${this.name}"`;
    if (!this.isSound) throw new Error(`${where}: a commit is half done`);
    if (this.lock.holder !== 0) throw new Error(`${where}: locked from one step to the next`);
    if (this.all("Store.check", this.clock) === null) throw new Error(`${where}: something is of a later commit`);
    this.changes.check();
  }

  protected override mendFor(dead: number): void {
    super.mendFor(dead);
    const hadLock = this.lock.holder === dead;
    this.lock.mend(dead);
    if (hadLock) this.finishSoon();
  }

  /** Those who wait for a change are to see what was committed last, also if nobody commits any more. */
  private finishSoon(): void {
    setImmediate(() => {
      if (!this.lock.take()) return; // by whoever has it
      try {
        this.finish();
      } catch {
        // whoever takes the lock next tries again, and is told
      } finally {
        this.lock.leave();
      }
    });
  }

  private apply(version: number, writes: ReadonlyMap<string, Write>, from: string): void {
    for (const [key, write] of writes) {
      if (write === null) {
        this.put(DELETED, version);
        if (steps.at !== null) steps.at("store: deleted");
        this.delete(key);
      } else this.set(key, [version, write.value], from);
      if (steps.at !== null) steps.at("store: written");
    }
  }

  private close(version: number, isRecorded: boolean): void {
    this.put(CLOCK, version);
    if (steps.at !== null) steps.at("store: clock");
    if (!isRecorded) return;
    Atomics.store(this.extra, PENDING, 0);
    if (steps.at !== null) steps.at("store: done");
    this.delete(RECORD);
  }

  private tell(keys: Iterable<string>): void {
    for (const set of new Set([...keys].map((key) => this.waitSetFor(key)))) this.waiting.wake(set);
    this.changes.look();
  }

  /** Keeps the writes as a whole, and sees to it that there is memory for each of them. */
  private keep(version: number, writes: ReadonlyMap<string, Write>, from: string): void {
    this.set(RECORD, [version, [...writes]], from);
    const needed = 2 * this.putBytes + writes.size * BESIDE;
    if (this.unused > needed) return;
    // Memory that was used before may have room for the record and not for what is in it.
    try {
      this.set(BALLAST, new Uint8Array(needed), from);
    } catch (error) {
      this.delete(RECORD);
      throw error;
    }
    this.delete(BALLAST);
  }

  private number(at: number): number {
    return Number(Atomics.load(this.numbers, at));
  }

  private put(at: number, value: number): void {
    Atomics.store(this.numbers, at, BigInt(value));
  }
}
