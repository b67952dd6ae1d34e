// What all threads push to an InterlockedList: a log for each thread, in blocks of one growable memory. Nobody waits for anybody, and no lock is held.
//
// A log is a chain of blocks through which words are written one behind the other. Only its thread writes to it, and publishes by moving TAIL. Whoever takes first
// copies what lies between HEAD and TAIL, and then moves HEAD, if nobody else has: HEAD has a count of its moves beside it, so what was copied is then what was pushed.
// A thread that dies has moved TAIL, or HEAD, or has not: nothing is ever half done. Blocks behind HEAD are used again by the thread they belong to; those of a thread
// that has died are freed by others.
//
//   push   1 blocks   2 stamp   3 write   4 publish: TAIL
//   take   1 copy from HEAD to TAIL   2 cut off what was stamped after the taking began   3 claim: HEAD, if it has not been moved; else from the beginning
//
// The stamps say in which order it was pushed. Because of step 2, if a push had ended before another began, whoever takes the second has taken the first too, or it
// was taken before.
//
// Invariants
//   HEAD is not behind TAIL; the blocks between them are a chain, and belong to the thread of the log
//   only the thread whose `who` is USER writes to a log, or, when that one has died, the one that mends

import { Ring as Queue } from "../../base/ring.ts";
import { MOST_THREADS, slotOf } from "../commons.ts";
import { steps } from "../steps.ts";
import { lengthOf } from "./freight.ts";
import { fence, type GrowingWords } from "./growable.ts";

// Words, from where the logs begin.
const SEQUENCE = 0; // the next stamp
const MADE = 1; // blocks there are
const SPARE = 2; // blocks that belong to nobody, or a few more
const MOST = 3; // blocks there may be
const IN_USE = 4; // bits of the logs that have been written to
const LOGS = 16;

// Words of a log.
const LOG = 16;
const HEAD = 0; // 64 bits: how often it was moved, and where it stands
const TAIL = 2; // 0 before the first push
const USER = 3;

// Words of a block.
const BLOCK = 4096;
const OWNER = 0; // the slot of its thread, and 1; 0 if it belongs to nobody
const NEXT = 1;
const FIRST = 2; // where the words of the log begin

/** Words of a value beside its own: the stamp. */
const STAMP = 1;
/** Free blocks that a thread keeps to itself. */
const KEPT = 2;

/** Words that the logs take before there is anything in them. */
export const LOG_WORDS: number = LOGS + MOST_THREADS * LOG;

const LOW = new Int32Array(new BigInt64Array([1n]).buffer)[0] === 1 ? 0 : 1;

// A place is told by the number of its block, counted from 1, times BLOCK, and its offset there: from FIRST to BLOCK, which is the end.
const blockOf = (place: number): number => ((place - 1) / BLOCK) | 0;
const offsetOf = (place: number): number => ((place - 1) % BLOCK) + 1;

/** What was taken from one log: values, each behind its stamp. */
export interface Taken {
  readonly words: Int32Array;
  readonly length: number;
}

export class Logs {
  declare private readonly at: number;
  declare private readonly body: GrowingWords;
  /** Everything but the blocks. */
  declare private readonly head: Int32Array;
  declare private readonly heads: BigInt64Array;
  declare private readonly who: number;
  declare private readonly log: number;
  declare private readonly owner: number;
  /** The blocks from where HEAD was last seen to TAIL. */
  declare private readonly chain: Queue<number>;
  declare private readonly free: number[];
  /** Behind which block it is looked for one that is free. */
  declare private hint: number;

  /** `at` is where they lie in the memory, a multiple of 16; `most` says how many bytes there may be, if they are new. */
  constructor(memory: SharedArrayBuffer, at: number, body: GrowingWords, who: number, most: number | null) {
    this.at = at;
    this.body = body;
    this.head = new Int32Array(memory, at * 4, LOG_WORDS);
    this.heads = new BigInt64Array(memory, at * 4, LOG_WORDS >> 1);
    this.who = who;
    this.log = logOf(slotOf(who));
    this.owner = slotOf(who) + 1;
    this.chain = new Queue();
    this.free = [];
    this.hint = 0;
    if (most !== null) this.head[MOST] = Math.max(1, Math.floor((most / 4 - at - LOG_WORDS) / BLOCK));
  }

  /** This thread begins to push, and takes over what its predecessor has left. While nobody tidies. */
  begin(): void {
    const { head, log } = this;
    Atomics.store(head, log + USER, this.who);
    const chain = this.chainOf(log);
    for (const block of chain) this.chain.push(block);
    this.free.push(...this.unchained(log, chain));
  }

  /** Bytes that all the blocks may take. */
  get mostBytes(): number {
    return (this.head[MOST] as number) * BLOCK * 4;
  }

  get isEmpty(): boolean {
    for (const log of this.inUse()) {
      const tail = Atomics.load(this.head, log + TAIL);
      if (tail !== 0 && Atomics.load(this.head, log + HEAD + LOW) !== tail) return false;
    }
    return true;
  }

  /** 1 Takes blocks for so many words more. False if there may be no more. */
  prepare(length: number): boolean {
    const tail = Atomics.load(this.head, this.log + TAIL);
    const room = tail === 0 ? 0 : BLOCK - offsetOf(tail);
    const needed = Math.ceil((length + STAMP - room) / (BLOCK - FIRST));
    if (needed <= 0) return true;
    this.recycle();
    while (this.free.length < needed) {
      const block = this.allocate();
      if (block === 0) return false;
      this.free.push(block);
      if (steps.at !== null) steps.at("log.block");
    }
    return true;
  }

  /** 2, 3, 4 Pushes the first words of an array, for which there are blocks. */
  push(source: Int32Array, length: number): void {
    const { head, log } = this;
    // 2
    const stamp = Atomics.add(head, SEQUENCE, 1);
    if (steps.at !== null) steps.at("log.stamp");
    // 3
    let place = Atomics.load(head, log + TAIL);
    if (place === 0) {
      place = this.extend(0);
      Atomics.store(head, log + HEAD + LOW, place);
    }
    place = this.write(place, stamp, source, length);
    if (steps.at !== null) steps.at("log.write");
    // 4
    Atomics.store(head, log + TAIL, place);
    if (steps.at !== null) steps.at("log.publish");
  }

  /** The stamp of the next push. */
  now(): number {
    return Atomics.load(this.head, SEQUENCE);
  }

  /** The logs that something was pushed to, ever. */
  inUse(): number[] {
    const found: number[] = [];
    for (let i = 0; i < MOST_THREADS / 32; i++)
      for (let bits = Atomics.load(this.head, IN_USE + i); bits !== 0; bits &= bits - 1)
        found.push(logOf((i << 5) | (31 - Math.clz32(bits & -bits))));
    return found;
  }

  /** Takes what lies in a log with stamps before `end`; null if there is nothing. */
  take(log: number, end: number): Taken | null {
    const { head, heads } = this;
    for (;;) {
      // 1
      const from = Atomics.load(heads, (log + HEAD) >> 1);
      const start = Number(BigInt.asUintN(32, from));
      const tail = Atomics.load(head, log + TAIL);
      if (tail === 0 || tail === start) return null;
      const chain = this.walk(start, tail);
      if (chain === null) continue;
      const words = this.copy(chain, start, tail);
      if (steps.at !== null) steps.at("log.copy");
      fence();
      if (Atomics.load(heads, (log + HEAD) >> 1) !== from) continue;
      // 2
      const length = lengthBefore(words, end);
      if (length === 0) return null;
      // 3
      const to = length === words.length ? tail : behind(chain, start, length);
      const moved = ((from >> 32n) + 1n) << 32n;
      if (Atomics.compareExchange(heads, (log + HEAD) >> 1, from, BigInt.asIntN(64, moved | BigInt(to))) !== from)
        continue;
      if (steps.at !== null) steps.at("log.claim");
      return { words, length };
    }
  }

  userOf(log: number): number {
    return Atomics.load(this.head, log + USER);
  }

  /** Frees the blocks of a log whose thread has died, but for those in which there is something. In one thread at a time. */
  tidy(log: number): void {
    for (const block of this.unchained(log, this.chainOf(log))) this.release(block);
  }

  /** Throws when an invariant does not hold. For a list that nobody uses at the moment. */
  check(): void {
    const owners = new Map<number, number>();
    for (const log of this.inUse())
      for (const block of this.chainOf(log)) {
        if (owners.has(block)) throw new Error(`Logs: block ${block} lies in two chains`);
        owners.set(block, ownerOfLog(log));
      }
    for (const [block, owner] of owners)
      if (this.ownerOf(block) !== owner)
        throw new Error(`Logs: block ${block} is in a chain of a thread it does not belong to`);
  }

  /** Blocks there are, and how many of them belong to a thread. */
  count(): { readonly made: number; readonly owned: number } {
    const { made } = this;
    let owned = 0;
    for (let block = 1; block <= made; block++) if (this.ownerOf(block) !== 0) owned++;
    return { made, owned };
  }

  private get made(): number {
    return Atomics.load(this.head, MADE);
  }

  private ownerOf(block: number): number {
    this.body.reaches(this.placeOf(block) + BLOCK);
    return Atomics.load(this.body.words, this.placeOf(block) + OWNER);
  }

  /** The blocks of a log that are not in its chain. */
  private unchained(log: number, chain: readonly number[]): number[] {
    const chained = new Set(chain);
    const found: number[] = [];
    for (let block = 1; block <= this.made; block++)
      if (this.ownerOf(block) === ownerOfLog(log) && !chained.has(block)) found.push(block);
    return found;
  }

  private placeOf(block: number): number {
    return this.at + LOG_WORDS + (block - 1) * BLOCK;
  }

  /** Writes behind a place, through as many blocks as it takes. Answers the place behind it. */
  private write(start: number, stamp: number, source: Int32Array, length: number): number {
    let block = blockOf(start);
    let offset = offsetOf(start);
    if (offset === BLOCK) {
      block = blockOf(this.extend(block));
      offset = FIRST;
    }
    this.body.words[this.placeOf(block) + offset++] = stamp;
    for (let done = 0; done < length; ) {
      if (offset === BLOCK) {
        block = blockOf(this.extend(block));
        offset = FIRST;
      }
      const { words } = this.body;
      const n = Math.min(length - done, BLOCK - offset);
      const at = this.placeOf(block) + offset;
      if (n < 16) for (let i = 0; i < n; i++) words[at + i] = source[done + i] as number;
      else words.set(source.subarray(done, done + n), at);
      done += n;
      offset += n;
    }
    return block * BLOCK + offset;
  }

  /** Links a block behind another one, or, behind 0, as the first of this log. Answers the place where its words begin. */
  private extend(block: number): number {
    const next = this.free.pop() as number;
    this.body.reaches(this.placeOf(next) + BLOCK);
    if (block === 0) Atomics.or(this.head, IN_USE + ((this.owner - 1) >> 5), 1 << ((this.owner - 1) & 31));
    else this.body.words[this.placeOf(block) + NEXT] = next;
    this.chain.push(next);
    if (steps.at !== null) steps.at("log.link");
    return next * BLOCK + FIRST;
  }

  /** Blocks from which all has been taken are free. */
  private recycle(): void {
    const { chain, free } = this;
    const head = blockOf(Atomics.load(this.head, this.log + HEAD + LOW));
    while (chain.size > 1 && chain.peek(0) !== head) free.push(chain.shift());
    while (free.length > KEPT) this.release(free.pop() as number);
  }

  private release(block: number): void {
    Atomics.add(this.head, SPARE, 1);
    Atomics.store(this.body.words, this.placeOf(block) + OWNER, 0);
  }

  /** A block that belongs to this thread now; 0 if there may be no more. */
  private allocate(): number {
    const { head, body, owner } = this;
    const scanned = Atomics.load(head, SPARE) > 0 ? this.made : 0;
    for (let i = 0; i < scanned; i++) {
      const block = ((this.hint + i) % scanned) + 1;
      body.reaches(this.placeOf(block) + BLOCK);
      if (Atomics.compareExchange(body.words, this.placeOf(block) + OWNER, 0, owner) !== 0) continue;
      Atomics.sub(head, SPARE, 1);
      this.hint = block;
      return block;
    }
    for (;;) {
      const { made } = this;
      if (made >= (head[MOST] as number) || !body.grow(this.placeOf(made + 1) + BLOCK)) return 0;
      if (Atomics.compareExchange(head, MADE, made, made + 1) !== made) continue;
      // Who scans may have been quicker.
      if (Atomics.compareExchange(body.words, this.placeOf(made + 1) + OWNER, 0, owner) === 0) return made + 1;
    }
  }

  /** The blocks of a log that nobody else may free. */
  private chainOf(log: number): number[] {
    for (;;) {
      const start = Atomics.load(this.head, log + HEAD + LOW);
      const tail = Atomics.load(this.head, log + TAIL);
      if (tail === 0) return [];
      const chain = this.walk(start, tail);
      if (chain !== null) return chain;
    }
  }

  /** The blocks from one place to another; null if there is no such way: then what lay there has been taken. */
  private walk(start: number, end: number): number[] | null {
    const last = blockOf(end);
    const { made, body } = this;
    const chain: number[] = [];
    for (let block = blockOf(start); ; block = body.words[this.placeOf(block) + NEXT] as number) {
      if (block < 1 || block > made || chain.length > made || !body.reaches(this.placeOf(block) + BLOCK)) return null;
      chain.push(block);
      if (block === last) return chain;
    }
  }

  private copy(chain: readonly number[], start: number, end: number): Int32Array {
    let total = 0;
    for (let i = 0; i < chain.length; i++) total += toOf(chain, i, end) - fromOf(i, start);
    const copy = new Int32Array(Math.max(total, 0));
    let done = 0;
    for (let i = 0; i < chain.length; i++) {
      const from = fromOf(i, start);
      const to = toOf(chain, i, end);
      if (to <= from) continue;
      const at = this.placeOf(chain[i] as number);
      copy.set(this.body.words.subarray(at + from, at + to), done);
      done += to - from;
    }
    return copy;
  }
}

const ownerOfLog = (log: number): number => (log - LOGS) / LOG + 1;
const logOf = (slot: number): number => LOGS + slot * LOG;

const fromOf = (i: number, start: number): number => (i === 0 ? offsetOf(start) : FIRST);
const toOf = (chain: readonly number[], i: number, end: number): number =>
  i === chain.length - 1 ? offsetOf(end) : BLOCK;

/** The place so many words behind another one. */
function behind(chain: readonly number[], start: number, length: number): number {
  let left = length;
  for (let i = 0; ; i++) {
    const from = fromOf(i, start);
    if (left <= BLOCK - from) return (chain[i] as number) * BLOCK + from + left;
    left -= BLOCK - from;
  }
}

/** Words of the values that have stamps before `end`. */
function lengthBefore(words: Int32Array, end: number): number {
  let at = 0;
  while (at < words.length && (((words[at] as number) - end) | 0) < 0)
    at += STAMP + lengthOf(words[at + 1] as number, words[at + 2] ?? 0);
  return at;
}
