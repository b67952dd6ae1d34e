// Reading a word that other threads change, where an old value does no harm.
//
// V8 calls a builtin for `Atomics.load`, which takes some 7 ns: more than all else that a channel does for a value. On x64 the processor reads an aligned word by a plain access just as well: it
// reorders no loads, and puts none before what `Atomics` has changed. But V8 may take the value of an earlier plain read for that of a later one, if it has seen no call between the two. So what
// comes of this is a guess, and may be as old as the last call:
//
//   who acts on it does so by an exchange that fails if it was old
//   who concludes from it that there is nothing to do, or tries again, reads by `Atomics.load` before
//   who reads a word again to learn whether it has changed meanwhile does that by `Atomics.load`
//
// After what was changed by `Atomics`, which is a call, it is as good as `Atomics.load`. Where loads may pass each other, as on arm64, it is that.

/** Are loads seen in the order of the program, and stores too? */
export const KEEPS_ORDER: boolean = process.arch === "x64" || process.arch === "ia32";

/** What `Atomics.load` answers, or has since the last call. */
export const loaded: (words: Int32Array, at: number) => number = KEEPS_ORDER
  ? (words, at) => words[at] as number
  : (words, at) => Atomics.load(words, at);
