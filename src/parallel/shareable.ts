// What marks an object that lies in shared memory: it travels between threads by its id, and is the same object of memory on each side.

/** The property under which such an object tells its id. The same symbol in every thread, and in every copy of the package. */
export const SHARE: unique symbol = Symbol.for("offshoot.share");

/** An object of ours that is sent by reference. Its class may have the id as a field or as a getter; it must be an instance of a class, not a plain object. */
export interface Shareable {
  /** Its id: a whole number from 0 to 2^53 - 1, the same in all threads. */
  readonly [SHARE]: number;
}
