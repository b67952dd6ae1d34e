// What an operation, or a call, throws; fails where it throws nothing, so that an expectation cannot be skipped.

import assert from "node:assert/strict";
import type { Operation } from "offshoot";

type Kind<E> = abstract new (...args: never) => E;

/** Performs an operation that must throw an error of this kind, and returns the error. */
export function* caught<E>(kind: Kind<E>, op: Operation<unknown>): Operation<E> {
  try {
    yield* op;
  } catch (error) {
    assert.ok(error instanceof kind, `threw ${String(error)}`);
    return error;
  }
  assert.fail(`threw nothing, expected ${kind.name}`);
}

/** The same for a call that does not wait. */
export function thrown<E>(kind: Kind<E>, call: () => unknown): E {
  try {
    call();
  } catch (error) {
    assert.ok(error instanceof kind, `threw ${String(error)}`);
    return error;
  }
  assert.fail(`threw nothing, expected ${kind.name}`);
}

/** The same for a promise. */
export async function rejected<E>(kind: Kind<E>, promise: Promise<unknown>): Promise<E> {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof kind, `rejected with ${String(error)}`);
    return error;
  }
  assert.fail(`did not reject, expected ${kind.name}`);
}
