// Operations that many tests of composites are made of.

import assert from "node:assert/strict";
import { Cancelled, never, type Operation, shield, sleep } from "offshoot";

/** Succeeds after some time. */
export function* after<T>(ms: number, value: T): Operation<T> {
  yield* sleep(ms);
  return value;
}

/** Fails after some time. */
export function* failsAfter(ms: number, error: unknown): Operation<never> {
  yield* sleep(ms);
  throw error;
}

/** Waits for ever; when it is cancelled, notes the reason, cleans up for some time, and throws what is given, or the cancellation. */
export function* cleansUp(log: unknown[], ms: number, thrown?: unknown): Operation<never> {
  try {
    return yield* never;
  } catch (error) {
    assert.ok(error instanceof Cancelled);
    log.push(error.reason);
    yield* shield(sleep(ms));
    throw thrown === undefined ? error : thrown;
  }
}

/** A body for `restart` that fails so many times and then succeeds. */
export function failing(times: number, errors: unknown[] = []): (attempt: number) => Operation<string> {
  return function* (attempt) {
    yield* sleep(1);
    if (attempt > times) return `attempt ${attempt}`;
    const error = new Error(`attempt ${attempt} failed`);
    errors.push(error);
    throw error;
  };
}
