// Words of shared memory, read and written in order.
//
// `Atomics` orders everything, and costs a call each time. Between what is read and what is written here less is needed: reads in the order of the program, and writes too. Where the processor keeps
// that order, these are plain accesses but for the last read, for which V8 could take one before; `loaded` is the first. A store that must be seen before the same thread reads something else needs
// `Atomics` on all of them.

import { KEEPS_ORDER } from "../loaded.ts";

/** Reads a word anew, after all that was read before. `scratch` is a word of this thread's own. */
export function readLast(words: Int32Array, at: number, scratch: number): number {
  // Only an exchange keeps what was read before it from being read after it.
  if (!KEEPS_ORDER) Atomics.add(words, scratch, 0);
  return Atomics.load(words, at);
}

/** Writes a word after all that was written before. */
export function publish(words: Int32Array, at: number, value: number): void {
  if (KEEPS_ORDER) words[at] = value;
  else Atomics.store(words, at, value);
}

/** Writes a word after all that was read or written before, and before all that is written later. */
export function release(words: Int32Array, at: number, value: number): void {
  if (KEEPS_ORDER) words[at] = value;
  else Atomics.exchange(words, at, value);
}
