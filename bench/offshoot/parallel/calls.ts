// Calls on our pool, from tasks. A pool of two workers is opened by the first trial and kept.

import type { Worker } from "node:worker_threads";
import { all, go, type Operation, run, sleep } from "offshoot";
import { move as moving, Pool, remote } from "offshoot/parallel";
import { FIVE_MS } from "../../burn.js";
import { COPIED_BYTES, MOVED_BYTES, order } from "../../payload.ts";
import { clock, latencyOutcome, type Outcome, residentBytes } from "../../trial.ts";

const jobs = remote<typeof import("./jobs.js")>(new URL("./jobs.js", import.meta.url));

const IDLE_MS = 2;
const SETTLE_MS = 1000;

let kept: Pool | undefined;

function pool(): Pool {
  return (kept ??= new Pool({ threads: 2 }));
}

export async function close(): Promise<void> {
  await kept?.close();
}

export function one(size: number): Promise<Outcome> {
  return run(() => inFlight(1, size, next));
}

export function hundred(size: number): Promise<Outcome> {
  return run(() => inFlight(100, size, next));
}

export function object(size: number): Promise<Outcome> {
  return run(() => inFlight(100, size, sendOrder));
}

export function copy(size: number): Promise<Outcome> {
  return run(() => sendBytes(4, size, COPIED_BYTES, (bytes) => pool().run(jobs.copy, bytes)));
}

export function move(size: number): Promise<Outcome> {
  return run(() => sendBytes(1, size, MOVED_BYTES, (bytes) => pool().run(jobs.moved, moving(bytes))));
}

export function batch(size: number): Promise<Outcome> {
  return run(function* (): Operation<Outcome> {
    const numbers = Array.from({ length: size }, (_, i) => i);
    const begin = clock();
    const results = yield* all(numbers.map(next));
    const ns = clock() - begin;
    return { ns, answer: results.reduce((sum, result) => sum + result, 0) };
  });
}

export function mapped(size: number): Promise<Outcome> {
  return run(function* (): Operation<Outcome> {
    const numbers = Array.from({ length: size }, (_, i) => i);
    let answer = 0;
    const begin = clock();
    const results = pool().map(jobs.next, numbers, { chunk: 100 });
    for (let got = yield* results.next(); !got.done; got = yield* results.next()) answer += got.value;
    return { ns: clock() - begin, answer };
  });
}

export function idle(size: number): Promise<Outcome> {
  return run(function* (): Operation<Outcome> {
    const latencies = new Float64Array(size);
    let answer = 0;
    for (let i = 0; i < size; i++) {
      yield* sleep(IDLE_MS);
      const begin = clock();
      const result = yield* pool().run(jobs.next, i);
      latencies[i] = clock() - begin;
      answer += result;
    }
    return latencyOutcome(latencies, answer);
  });
}

export function compute(size: number): Promise<Outcome> {
  return run(function* (): Operation<Outcome> {
    const begin = clock();
    const results = yield* all(Array.from({ length: size }, () => pool().run(jobs.burn, FIVE_MS)));
    const ns = clock() - begin;
    return { ns, answer: results.reduce((sum, result) => sum + result, 0) };
  });
}

/** The answer is how many workers there came to be. */
export function idleWorkers(size: number): Promise<Outcome> {
  return run(function* (): Operation<Outcome> {
    const before = residentBytes();
    const begin = clock();
    let online = 0;
    process.on("worker", (worker: Worker) => worker.once("online", () => online++));
    const idlers = new Pool({ threads: size });
    yield* idlers.each(jobs.burn, 1000);
    yield* sleep(SETTLE_MS);
    const ns = clock() - begin;
    const bytes = residentBytes() - before;
    yield* idlers.close();
    return { ns, answer: online, bytes };
  });
}

export function start(size: number): Promise<Outcome> {
  return run(function* (): Operation<Outcome> {
    let ns = 0;
    let answer = 0;
    for (let i = 0; i < size; i++) {
      const begin = clock();
      const fresh = new Pool({ threads: 2 });
      answer += yield* fresh.run(jobs.next, 0);
      ns += clock() - begin;
      yield* fresh.close();
    }
    return { ns, answer };
  });
}

function next(i: number): Operation<number> {
  return pool().run(jobs.next, i);
}

function* sendOrder(i: number): Operation<number> {
  const got = yield* pool().run(jobs.order, order(i));
  return got.id;
}

/** Calls `call` with 0 ... size - 1, so many tasks at a time, and adds up the answers. */
function* inFlight(width: number, size: number, call: (i: number) => Operation<number>): Operation<Outcome> {
  let given = 0;
  let answer = 0;
  function* caller(): Operation<void> {
    while (given < size) {
      const result = yield* call(given++); // not `answer += yield*`: that would read the sum before the wait
      answer += result;
    }
  }
  const begin = clock();
  const callers = Array.from({ length: width }, () => go(caller));
  for (const task of callers) yield* task;
  return { ns: clock() - begin, answer };
}

/** What is sent comes back and is sent again; a block that lost a byte is not counted. */
function sendBytes(
  width: number,
  size: number,
  length: number,
  send: (bytes: Uint8Array) => Operation<Uint8Array>,
): Operation<Outcome> {
  const blocks: Uint8Array[] = Array.from({ length: width }, () => new Uint8Array(length).fill(7));
  return inFlight(width, size, function* (i): Operation<number> {
    const sent = blocks.pop() as Uint8Array;
    sent[length - 1] = i & 255;
    const got = yield* send(sent);
    blocks.push(got);
    return got.length === length && got[0] === 7 && got[length - 1] === (i & 255) ? 1 : 0;
  });
}
