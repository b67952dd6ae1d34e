// The mutex of async-mutex, free: acquired and released by one async function.

import { Mutex } from "async-mutex";
import { clock, type Outcome } from "../../trial.ts";

export async function trial(size: number): Promise<Outcome> {
  const mutex = new Mutex();
  let count = 0;
  const start = clock();
  for (let i = 0; i < size; i++) {
    const release = await mutex.acquire();
    count++;
    release();
  }
  return { ns: clock() - start, answer: count };
}
