// Copying bytes from or to shared memory.
//
// `set` of a typed array copies shared memory word by word, each as if by `Atomics`. Nobody else touches bytes here while they are copied: then Node's own copying does as well, in a third of the time where there
// are many.

const { fill } = Buffer.prototype;
/** Bytes from which on a call of Node costs less. */
const MANY = 1 << 10;

/** Copies all of `from` to a place in `to`. */
export function copyBytes(to: Uint8Array, from: Uint8Array, at: number): void {
  if (from.length < MANY) to.set(from, at);
  else fill.call(to, from, at, at + from.length);
}
