// What marks an object that may be sent to other threads by reference: it lies in shared memory, and travels by its number.

/** The number of such an object, the same in all threads. */
export const SHARE: unique symbol = Symbol.for("offshoot.share");

export interface Shareable {
  readonly [SHARE]: number;
}
