// A free lock, taken for reading and given back by one task.

import { type Operation, RwLock, run } from "offshoot";
import { clock, type Outcome } from "../trial.ts";

export function trial(size: number): Promise<Outcome> {
  return run(() => readAll(size));
}

function* readAll(size: number): Operation<Outcome> {
  const lock = new RwLock();
  let count = 0;
  const start = clock();
  for (let i = 0; i < size; i++) {
    yield* lock.readLock();
    count++;
    lock.readUnlock();
  }
  return { ns: clock() - start, answer: count };
}
