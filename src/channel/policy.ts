// What a channel does when its buffer is full: let the sender wait, drop the new value, or drop the oldest.

import { describeValue } from "../base/errors.ts";
import { misuse } from "../core/leaf.ts";

declare const policyBrand: unique symbol;
/** How a channel buffers. Made by `unbounded`, `dropping` and `sliding`; a plain number stands for a bounded buffer. */
export interface BufferPolicy {
  readonly [policyBrand]: true;
}

export const WAIT = 0;
export const DROP_NEWEST = 1;
export const DROP_OLDEST = 2;

/** Beyond this a capacity is a mistake: no machine holds so many values. */
const MOST = 2 ** 30;

export class Buffering {
  declare readonly capacity: number;
  declare readonly whenFull: number;

  constructor(capacity: number, whenFull: number) {
    this.capacity = capacity;
    this.whenFull = whenFull;
  }
}

const rendezvous = new Buffering(0, WAIT);

/** A buffer without a limit: a send never waits. Memory grows with the backlog, so use it only where something else bounds that. O(1) a value. */
export function unbounded(): BufferPolicy {
  return new Buffering(Number.POSITIVE_INFINITY, WAIT) as unknown as BufferPolicy;
}

/**
 * A buffer of `n` that drops the value being sent when it is full. A send never waits; `stats().dropped` counts. O(1).
 *
 * @throws {@link MisuseError} for an `n` that is no whole number of at least 1
 */
export function dropping(n: number): BufferPolicy {
  return new Buffering(checkCapacity(n, 1, "dropping"), DROP_NEWEST) as unknown as BufferPolicy;
}

/**
 * A buffer of `n` that drops its oldest value when it is full. A send never waits; `stats().dropped` counts. O(1).
 *
 * @throws {@link MisuseError} for an `n` that is no whole number of at least 1
 */
export function sliding(n: number): BufferPolicy {
  return new Buffering(checkCapacity(n, 1, "sliding"), DROP_OLDEST) as unknown as BufferPolicy;
}

/** What the first argument of `channel` asks for. */
export function bufferingOf(buffer: number | BufferPolicy | undefined, from: string): Buffering {
  if (buffer === undefined || buffer === 0) return rendezvous;
  if (buffer instanceof Buffering) return buffer;
  if (buffer === Number.POSITIVE_INFINITY) return new Buffering(buffer, WAIT);
  return new Buffering(checkCapacity(buffer, 0, from), WAIT);
}

/** Refuses what cannot be the size of a buffer. */
export function checkCapacity(n: unknown, least: number, from: string): number {
  if (typeof n === "number" && Number.isInteger(n) && n >= least && n <= MOST) return n;
  const what = typeof n === "number" ? String(n) : describeValue(n);
  throw misuse(
    `${from}: the capacity must be a whole number from ${least} to ${MOST}, got ${what}. For a buffer without a limit use unbounded().`,
  );
}
