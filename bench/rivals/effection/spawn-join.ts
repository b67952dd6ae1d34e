// Tasks spawned and joined, one after the other.

import { type Operation, run, spawn } from "effection";
import { clock, type Outcome } from "../../trial.ts";

export async function trial(size: number): Promise<Outcome> {
  return await run(() => spawnAll(size));
}

function* spawnAll(size: number): Operation<Outcome> {
  const start = clock();
  let sum = 0;
  for (let i = 0; i < size; i++) {
    const task = yield* spawn(() => child(i));
    sum = (sum + (yield* task)) | 0;
  }
  return { ns: clock() - start, answer: sum };
}

function* child(i: number): Operation<number> {
  return i;
}
