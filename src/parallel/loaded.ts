// Reading a word that other threads change.
//
// V8 calls a builtin for `Atomics.load`, which takes some 7 ns: more than all else that a channel does for a value. On x64 the processor reads an aligned word by a plain access just as
// it does there: loads are not reordered among each other, nor before what was changed by `Atomics`. V8 keeps the order of the accesses to one buffer, and gives up what it
// knows of memory at each call that it does not see through, as those of `Atomics.store` and its kin are. Elsewhere, as on arm64, loads may pass each other, and only `Atomics.load` keeps them
// from it.
//
// So a loop that does nothing but read until a word changes has to call something of `Atomics` too, as `relax` does.

/** What `Atomics.load` answers. */
export const loaded: (words: Int32Array, at: number) => number =
  process.arch === "x64" ? (words, at) => words[at] as number : (words, at) => Atomics.load(words, at);
