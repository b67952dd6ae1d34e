// Effect has no plain lock of readers and writers; the nearest is its transactional and re-entrant one, free.

import { Effect, TxReentrantLock } from "effect";
import { clock, type Outcome } from "../../trial.ts";

export function trial(size: number): Promise<Outcome> {
  return Effect.runPromise(readAll(size));
}

const readAll = Effect.fnUntraced(function* (size: number) {
  const lock = yield* TxReentrantLock.make();
  let count = 0;
  const start = clock();
  for (let i = 0; i < size; i++) {
    yield* TxReentrantLock.acquireRead(lock);
    count++;
    yield* TxReentrantLock.releaseRead(lock);
  }
  return { ns: clock() - start, answer: count };
});
