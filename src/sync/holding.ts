// A body run while a lock is held: withLock and its kin.

import { Composite, checkBody, iteratorOf, refuseUnperformed } from "../core/body.ts";
import type { Operation, Outcome, Selectable, Suspend } from "../core/types.ts";
import type { Lock } from "./grant.ts";

export function holding<R>(from: string, lock: () => Selectable<Lock>, body: () => R): Operation<Outcome<R>> {
  checkBody(body, from);
  return new Composite(from, () => hold<Outcome<R>>(from, lock, body));
}

function* hold<T>(from: string, lock: () => Selectable<Lock>, body: () => unknown): Generator<Suspend, T, unknown> {
  const held = yield* lock();
  try {
    let value = body();
    const iterator = iteratorOf(value, body);
    if (iterator !== null) value = yield* iterator as unknown as Operation<unknown>;
    refuseUnperformed(value, from);
    return value as T;
  } finally {
    held[Symbol.dispose]();
  }
}
