// Which threads sleep on something: one bit a thread, in the memory of the object.
//
// A thread that finds nothing for it sets its bit, looks once more, and sleeps. Whoever changes the object afterwards takes a bit out and rouses that thread.
// Since the bit is set before the second look, and looked at after the change, one of the two sees the other.
//
// What is given is a hint: the thread looks, and may find that another one was quicker. Hints that were given to a thread that has died are given again by
// rousing everybody (see neighbours.ts).

import { loaded } from "./loaded.ts";

/** Words that a set takes: as many as 128 threads need (MOST_THREADS in commons.ts). */
export const WAIT_SET = 4;

export function addWaiter(words: Int32Array, at: number, slot: number): void {
  Atomics.or(words, at + (slot >> 5), 1 << (slot & 31));
}

/** Says whether it was still there: if not, somebody has given it a hint. */
export function removeWaiter(words: Int32Array, at: number, slot: number): boolean {
  const bit = 1 << (slot & 31);
  return (Atomics.and(words, at + (slot >> 5), ~bit) & bit) !== 0;
}

export function hasWaiter(words: Int32Array, at: number, slot: number): boolean {
  return (loaded(words, at + (slot >> 5)) & (1 << (slot & 31))) !== 0;
}

export function hasWaiters(words: Int32Array, at: number): boolean {
  return (
    loaded(words, at) !== 0 || loaded(words, at + 1) !== 0 || loaded(words, at + 2) !== 0 || loaded(words, at + 3) !== 0
  );
}

/** Takes one thread out and says which; -1 if there is none. Those behind `from` come first, so that all have their turn. */
export function takeWaiter(words: Int32Array, at: number, from: number): number {
  for (let i = 0; i <= WAIT_SET; i++) {
    const word = ((from >> 5) + i) & (WAIT_SET - 1);
    // In the first word those above `from`, at the end those below it.
    const mask = i === 0 ? -1 << (from & 31) : i === WAIT_SET ? ~(-1 << (from & 31)) : -1;
    for (;;) {
      const bits = loaded(words, at + word) & mask;
      if (bits === 0) break;
      const lowest = bits & -bits;
      if ((Atomics.and(words, at + word, ~lowest) & lowest) === 0) continue; // another one was quicker
      return (word << 5) | (31 - Math.clz32(lowest));
    }
  }
  return -1;
}

export function countWaiters(words: Int32Array, at: number): number {
  let count = 0;
  for (let i = 0; i < WAIT_SET; i++) for (let bits = loaded(words, at + i); bits !== 0; bits &= bits - 1) count++;
  return count;
}
