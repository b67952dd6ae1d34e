// What workers do in the tests of InterlockedList and SharedList.

import type { Channel, Operation } from "offshoot";
import type { InterlockedList, SharedList } from "../../../src/parallel/index.ts";
import { sharedChannel } from "../../../src/parallel/index.ts";
import { steps } from "../../../src/parallel/steps.ts";

/** Pushes numbers that tell who pushed them: from `from` on. */
export function pushNumbers(list: InterlockedList<number>, from: number, count: number): void {
  for (let i = 0; i < count; i++) list.push(from + i);
}

export function push<T>(list: InterlockedList<T>, ...values: T[]): void {
  for (const value of values) list.push(value);
}

/** Flushes until it has met an `end`. */
export function* drain(list: InterlockedList<number>, end: number): Operation<number[]> {
  const got: number[] = [];
  for (;;) {
    for (const value of yield* list.wait()) {
      if (value === end) return got;
      got.push(value);
    }
  }
}

/** Pushes a channel that this thread has made, and sends through it what comes in answer. */
export function* pushChannel(list: { push(value: Channel<string>): unknown }): Operation<void> {
  const there = sharedChannel<string>(1, { name: "made elsewhere" });
  list.push(there);
  yield* there.send("hello");
}

export function* receiveFrom(list: SharedList<Channel<string>>, index: number): Operation<string> {
  return yield* (list.get(index) as Channel<string>).receive();
}

/** Has the thread die the n-th time that it comes to a step. */
function dieAt(step: string, n: number): void {
  let left = n;
  steps.at = (reached) => {
    if (reached === step && --left === 0) process.exit(7);
  };
}

/** Pushes, and dies at a step. If it does not, it says so. */
export function dieInPush<T>(list: { push(value: T): unknown }, step: string, values: T[]): string {
  dieAt(step, 1);
  for (const value of values) list.push(value);
  steps.at = null;
  return "alive";
}

export function dieInSet(list: SharedList<unknown>, step: string, index: number, value: unknown): string {
  dieAt(step, 1);
  list.set(index, value);
  steps.at = null;
  return "alive";
}

export function dieInFlush(list: InterlockedList<unknown>, step: string): string {
  dieAt(step, 1);
  list.flush();
  steps.at = null;
  return "alive";
}

/** The same, but it tells when it is about to: what the others do then, they do in one turn. */
export function* dieSoon(
  list: SharedList<unknown>,
  step: string,
  ready: Channel<string>,
  value: unknown,
): Operation<void> {
  steps.at = (reached) => {
    if (reached !== step) return;
    steps.at = null;
    ready.trySend(step);
    process.exit(7);
  };
  list.push(value);
}

/** Pushes numbers that tell who pushed them, and answers their indices. */
export function pushShared(list: SharedList<number>, from: number, count: number): number[] {
  const indices: number[] = [];
  for (let i = 0; i < count; i++) indices.push(list.push(from + i));
  return indices;
}

/** Replaces one value again and again, with texts of one letter. */
export function scribble(list: SharedList<string>, index: number, letter: string, count: number): void {
  for (let i = 0; i < count; i++) list.set(index, letter.repeat(200 + ((i * 37) % 800)));
}

/** Reads one value again and again; answers one that was torn, if there was. */
export function readTorn(list: SharedList<string>, index: number, count: number): string | null {
  for (let i = 0; i < count; i++) {
    const value = list.get(index) as string;
    if (value !== (value[0] as string).repeat(value.length)) return value;
  }
  return null;
}

/** Sets two values by turns, the first one first, until it is told to stop. */
export function setsByTurns(list: SharedList<number>, gate: Int32Array): void {
  for (let i = 1; Atomics.load(gate, 0) === 0; i++) {
    list.set(0, i);
    list.set(1, i);
    if (i === 1) Atomics.store(gate, 1, 1);
  }
}

/** Pushes, and flushes all when it is told to; it stops for a moment when it has taken some of that. */
export function flushesSlowly(list: InterlockedList<number>, gate: Int32Array): number[] {
  for (let i = 0; i < 5; i++) list.push(i);
  Atomics.store(gate, 0, 1);
  Atomics.notify(gate, 0);
  Atomics.wait(gate, 1, 0);
  steps.at = (at) => {
    if (at !== "log.claim") return;
    steps.at = null;
    Atomics.store(gate, 2, 1);
    Atomics.notify(gate, 2);
    Atomics.wait(gate, 3, 0, 30);
  };
  return list.flush();
}
