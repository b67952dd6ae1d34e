// The workloads of calls on a pool, said once for all rivals whose pools answer with promises.
//
// A rival's own file says how its pool is opened and called; the loops are the same for all of them. A pool of two
// workers is opened by the first trial and kept, so that the code in its workers is warm like the code here.

import { setTimeout as pause } from "node:timers/promises";
import type { Worker } from "node:worker_threads";
import { FIVE_MS } from "../burn.js";
import { COPIED_BYTES, MOVED_BYTES, type Order, order } from "../payload.ts";
import { type Close, clock, latencyOutcome, type Outcome, residentBytes, type Trial } from "../trial.ts";

/** One rival's pool. Each call is one task on it; the functions they call are in the rival's worker file. */
export interface RivalPool {
  /** Answers `n + 1`: a call of a function that does nothing. */
  readonly next: (n: number) => Promise<number>;
  /** The same of many numbers at once, in the way the rival recommends. */
  readonly nextAll: (numbers: readonly number[]) => Promise<readonly number[]>;
  /** Answers its argument. */
  readonly order: (order: Order) => Promise<Order>;
  /** Answers its argument; both are copied. */
  readonly copy: (bytes: Uint8Array) => Promise<Uint8Array>;
  /** Answers its argument; both are moved. */
  readonly move: (bytes: Uint8Array) => Promise<Uint8Array>;
  readonly burn: (iterations: number) => Promise<number>;
  readonly close: () => Promise<void>;
}

export type Open = (threads: number) => RivalPool;

/** The parts of the program "calls", for the rival whose pool is opened with `open`. */
export interface CallTrials {
  readonly one: Trial;
  readonly hundred: Trial;
  readonly batch: Trial;
  readonly idle: Trial;
  readonly object: Trial;
  readonly copy: Trial;
  readonly move: Trial;
  readonly compute: Trial;
  readonly idleWorkers: Trial;
  readonly start: Trial;
  readonly close: Close;
}

const IDLE_MS = 2;
const SETTLE_MS = 1000;

export function callTrials(open: Open): CallTrials {
  let kept: RivalPool | undefined;
  const pool = (): RivalPool => (kept ??= open(2));
  return {
    one: (size) => inFlight(1, size, pool().next),
    hundred: (size) => inFlight(100, size, pool().next),
    batch: (size) => batch(size, pool()),
    idle: (size) => idle(size, pool()),
    object: (size) => inFlight(100, size, async (i) => (await pool().order(order(i))).id),
    copy: (size) => sendBytes(4, size, COPIED_BYTES, pool().copy),
    move: (size) => sendBytes(1, size, MOVED_BYTES, pool().move),
    compute: (size) => compute(size, pool()),
    idleWorkers: (size) => idleWorkers(size, open),
    start: (size) => start(size, open),
    close: async () => kept?.close(),
  };
}

/** Calls `call` with 0 ... size - 1, so many at a time, and adds up the answers. */
async function inFlight(width: number, size: number, call: (i: number) => Promise<number>): Promise<Outcome> {
  let next = 0;
  let answer = 0;
  const caller = async (): Promise<void> => {
    while (next < size) {
      const result = await call(next++);
      answer += result;
    }
  };
  const begin = clock();
  await Promise.all(Array.from({ length: width }, caller));
  return { ns: clock() - begin, answer };
}

async function batch(size: number, pool: RivalPool): Promise<Outcome> {
  const numbers = Array.from({ length: size }, (_, i) => i);
  const begin = clock();
  const results = await pool.nextAll(numbers);
  const ns = clock() - begin;
  return { ns, answer: results.reduce((sum, result) => sum + result, 0) };
}

async function idle(size: number, pool: RivalPool): Promise<Outcome> {
  const latencies = new Float64Array(size);
  let answer = 0;
  for (let i = 0; i < size; i++) {
    await pause(IDLE_MS);
    const begin = clock();
    const result = await pool.next(i);
    latencies[i] = clock() - begin;
    answer += result;
  }
  return latencyOutcome(latencies, answer);
}

/** What is sent comes back and is sent again; a block that lost a byte is not counted. */
async function sendBytes(
  width: number,
  size: number,
  length: number,
  send: (bytes: Uint8Array) => Promise<Uint8Array>,
): Promise<Outcome> {
  const blocks: Uint8Array[] = Array.from({ length: width }, () => new Uint8Array(length).fill(7));
  const call = async (i: number): Promise<number> => {
    const sent = blocks.pop() as Uint8Array;
    sent[length - 1] = i & 255;
    const got = await send(sent);
    blocks.push(got);
    return got.length === length && got[0] === 7 && got[length - 1] === (i & 255) ? 1 : 0;
  };
  return inFlight(width, size, call);
}

async function compute(size: number, pool: RivalPool): Promise<Outcome> {
  const begin = clock();
  const results = await Promise.all(Array.from({ length: size }, () => pool.burn(FIVE_MS)));
  const ns = clock() - begin;
  return { ns, answer: results.reduce((sum, result) => sum + result, 0) };
}

/** The answer is how many workers there came to be. */
async function idleWorkers(size: number, open: Open): Promise<Outcome> {
  const before = residentBytes();
  const begin = clock();
  let online = 0;
  process.on("worker", (worker: Worker) => worker.once("online", () => online++));
  const pool = open(size);
  await Promise.all(Array.from({ length: size }, () => pool.burn(1000)));
  await pause(SETTLE_MS);
  const ns = clock() - begin;
  const bytes = residentBytes() - before;
  await pool.close();
  return { ns, answer: online, bytes };
}

async function start(size: number, open: Open): Promise<Outcome> {
  let ns = 0;
  let answer = 0;
  for (let i = 0; i < size; i++) {
    const begin = clock();
    const pool = open(2);
    answer += await pool.next(0);
    ns += clock() - begin;
    await pool.close();
  }
  return { ns, answer };
}
