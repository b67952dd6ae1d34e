// What the workers do in the tests of the pool.

import { threadId } from "node:worker_threads";
import {
  type Channel,
  channel,
  currentTask,
  go,
  group,
  type Operation,
  type Receiver,
  type Selectable,
  select,
  shield,
  sleep,
} from "offshoot";
import { move, Pool, remote, sharedChannel } from "offshoot/parallel";
import { steps } from "../../../src/parallel/steps.ts";

type Jobs = typeof import("./jobs.ts");
const jobs = remote<Jobs>(new URL("./jobs.ts", import.meta.url));

// Plain functions.

export const add = (a: number, b: number): number => a + b;

export const thread = (): number => threadId;

export const many = (...values: number[]): number => values.length;

export const sizeOf = (text: string): number => text.length;

export const filled = (size: number): string => "x".repeat(size);

export function fails(message: string): number {
  throw new RangeError(message);
}

export const twice = (n: number): number => n * 2;

export function twiceButSeven(n: number): number {
  if (n === 7) throw new RangeError("no seven");
  return n * 2;
}

const nap = new Int32Array(new SharedArrayBuffer(4));

function waitFor(gate: Receiver<unknown>): void {
  for (;;) {
    const got = (gate as Channel<unknown>).tryReceive();
    if (got.ok || got.closed) return;
    Atomics.wait(nap, 0, 0, 1);
  }
}

/** Keeps its thread until something comes through the gate, or it is closed. */
export function keeps(started: Channel<number>, gate: Receiver<unknown>): number {
  started.trySend(threadId);
  waitFor(gate);
  return threadId;
}

/** Says that it ran. */
export function notes(ran: Channel<string>, name: string): string {
  ran.trySend(name);
  return name;
}

/** Never ends, and hears nothing. */
export function spins(started: Channel<number>): number {
  started.trySend(threadId);
  for (;;) Atomics.wait(nap, 0, 0, 1);
}

// Bodies that wait.

export async function addLater(a: number, b: number): Promise<number> {
  await null;
  return a + b;
}

export function* addSlowly(a: number, b: number): Operation<number> {
  yield* sleep(1);
  return a + b;
}

export const naps = (ms: number): Selectable<void> => sleep(ms);

export const receives = (from: Receiver<number>): Selectable<number> => from.receive();

export const promised = (n: number): Promise<number> => Promise.resolve(n);

export async function failsLater(message: string): Promise<never> {
  await null;
  throw new RangeError(message);
}

export function* failsSlowly(message: string): Operation<never> {
  yield* sleep(1);
  throw new RangeError(message);
}

/** Local tasks, a channel of its own, a select with a timer. */
export function* manyTasks(count: number): Operation<number> {
  const sums = channel<number>();
  let sum = 0;
  yield* group(function* () {
    for (let i = 0; i < count; i++)
      go(function* adds(): Operation<void> {
        yield* sums.send(i);
      });
    for (let i = 0; i < count; i++) {
      const got = yield* select({ sum: sums.receive(), late: sleep(60_000) });
      if (got.key === "late") throw new Error("too late");
      sum += got.value;
    }
  });
  return sum;
}

export function* pumps(from: Receiver<number>, to: Channel<number>): Operation<number> {
  let count = 0;
  for (let got = yield* from.next(); !got.done; got = yield* from.next()) {
    yield* to.send(got.value * 2);
    count++;
  }
  return count;
}

/** A task that waits at a gate. */
export function* waits(started: Channel<number>, gate: Receiver<number>): Operation<number> {
  yield* started.send(threadId);
  return yield* gate.receive();
}

/** The same, cleans up when it is cancelled, and says so. */
export function* cleans(started: Channel<number>, gate: Receiver<number>, said: Channel<string>): Operation<number> {
  try {
    yield* started.send(threadId);
    return yield* gate.receive();
  } finally {
    const { reason } = (currentTask() as { readonly signal: AbortSignal }).signal;
    yield* shield(sleep(20));
    yield* shield(said.send(reason instanceof Error ? reason.message : String(reason)));
  }
}

/** Does not let itself be cancelled until the gate opens. */
export function* stays(started: Channel<number>, gate: Receiver<unknown>): Operation<string> {
  yield* started.send(threadId);
  yield* shield(gate.receive() as Operation<unknown>);
  return "stayed";
}

/** An async body that hears its signal. */
export async function hears(started: Channel<number>, said: Channel<string>): Promise<string> {
  const task = currentTask() as { readonly signal: AbortSignal };
  await started.send(threadId);
  await new Promise<void>((resolve) => task.signal.addEventListener("abort", () => resolve()));
  said.trySend(String((task.signal.reason as Error)?.message ?? task.signal.reason));
  return "heard";
}

// Calls from a worker to its own pool.

export function* depth(pool: Pool, n: number): Operation<number> {
  return n === 0 ? 0 : 1 + (yield* pool.run(jobs.depth, pool, n - 1));
}

export function* fibonacci(pool: Pool, n: number): Operation<number> {
  if (n < 2) return n;
  const left = pool.go(jobs.fibonacci, pool, n - 1);
  const right = yield* pool.run(jobs.fibonacci, pool, n - 2);
  return (yield* left) + right;
}

export async function addsElsewhere(pool: Pool, a: number, b: number): Promise<number> {
  return await pool.run(jobs.add, a, b);
}

// Ways to die.

export function exits(code: number): number {
  process.exit(code);
}

export function* exitsSlowly(code: number): Operation<never> {
  yield* sleep(1);
  process.exit(code);
}

export async function leavesAnError(started: Channel<number>): Promise<void> {
  setTimeout(() => {
    throw new RangeError("nobody catches this");
  }, 1);
  await started.send(threadId);
  await new Promise(() => {});
}

export async function leavesARejection(started: Channel<number>): Promise<void> {
  await started.send(threadId);
  void Promise.reject(new RangeError("nobody handles this"));
  await new Promise(() => {});
}

export function eatsMemory(): number {
  const eaten: number[][] = [];
  for (;;) eaten.push(new Array<number>(100_000).fill(1.5));
}

/** From now on this thread dies at a step, the n-th time it comes there. */
export function diesAt(step: string, times: number): number {
  let left = times;
  steps.at = (name) => {
    if (name === step && --left === 0) process.exit(13);
  };
  return threadId;
}

/** Answers, and is gone. */
export function* answersAndExits(size: number): Operation<string> {
  setImmediate(() => process.exit(0));
  return "x".repeat(size);
}

export const waitsAt = ({ started, gate }: { started: Channel<number>; gate: Receiver<number> }): Operation<number> =>
  waits(started, gate);

const hoard: unknown[] = [];

/** Keeps so many megabytes for ever. */
export function hoards(mb: number): number {
  for (let i = 0; i < mb; i++) hoard.push(new Array<number>(1 << 17).fill(1.5));
  return hoard.length;
}

// A pool in a worker.

export async function usesItsOwnPool(n: number): Promise<number> {
  const pool = new Pool({ threads: 1, name: "inner" });
  try {
    return await pool.run(jobs.twice, n);
  } finally {
    await pool.close();
  }
}

export function* diesWithItsOwnPool(): Operation<void> {
  const pool = new Pool({ threads: 1, name: "inner" });
  const started = sharedChannel<number>(1);
  pool.go(jobs.spins, started);
  yield* started.receive();
  process.exit(0);
}

export function* passesOn(
  pool: Pool,
  n: number,
  started: Channel<number>,
  gate: Receiver<number>,
  said: Channel<string>,
): Operation<number> {
  if (n === 0) return yield* pool.run(jobs.cleans, started, gate, said);
  return yield* pool.run(jobs.passesOn, pool, n - 1, started, gate, said);
}

export function* failsBelow(pool: Pool, n: number): Operation<number> {
  return n === 0 ? yield* pool.run(jobs.fails, "below") : yield* pool.run(jobs.failsBelow, pool, n - 1);
}

export async function closes(pool: Pool): Promise<string> {
  try {
    await pool.close();
    return "closed";
  } catch (error) {
    return (error as Error).message;
  }
}

export async function callsEach(pool: Pool): Promise<string> {
  try {
    await pool.each(jobs.thread);
    return "called";
  } catch (error) {
    return (error as Error).message;
  }
}

/** The terms of calls that this thread makes of a pool. */
export function termsOf(pool: Pool): number[] {
  const { employer } = (pool as unknown as { backend: { employer: { timeout: number; grace: number } } }).backend;
  return [employer.timeout, employer.grace];
}

/** A large argument, and a large answer, between this worker and whoever takes the calls. */
export function* handsRound(pool: Pool, size: number): Operation<number> {
  const text = yield* pool.run(jobs.filled, size);
  return yield* pool.run(jobs.sizeOf, text);
}

/** Hands blocks over to whoever takes the calls, and gets them back. */
export function* handsOver(pool: Pool, count: number): Operation<number> {
  let right = 0;
  for (let i = 0; i < count; i++) if ((yield* pool.run(jobs.fills, move(new Uint8Array(32)), i))[31] === i) right++;
  return right;
}

// Values.

export function fills(bytes: Uint8Array<ArrayBuffer>, n: number): Uint8Array<ArrayBuffer> {
  return move(bytes.fill(n));
}

export const givesAFunction = (): object => ({ f: () => 1 });

export function failsInDetail(): number {
  throw Object.assign(new TypeError("outer", { cause: new RangeError("inner") }), { code: "E_DETAIL" });
}

/** Throws when nobody waits for it any more. */
export function throwsLater(): void {
  setTimeout(() => {
    throw new RangeError("too late");
  }, 1);
}
