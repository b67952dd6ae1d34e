// A mutex that nobody else wants, locked and unlocked by one task.

import { Mutex, type Operation, run } from "offshoot";
import { clock, type Outcome } from "../trial.ts";

export function trial(size: number): Promise<Outcome> {
  return run(() => lockAll(size));
}

function* lockAll(size: number): Operation<Outcome> {
  const mutex = new Mutex();
  let count = 0;
  const start = clock();
  for (let i = 0; i < size; i++) {
    yield* mutex.lock();
    count++;
    mutex.unlock();
  }
  return { ns: clock() - start, answer: count };
}
