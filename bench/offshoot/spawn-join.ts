// Tasks started and joined, one after the other.

import { go, type Operation, run } from "offshoot";
import { clock, type Outcome } from "../trial.ts";

export function trial(size: number): Promise<Outcome> {
  return run(() => spawnAll(size));
}

function* spawnAll(size: number): Operation<Outcome> {
  const start = clock();
  let sum = 0;
  for (let i = 0; i < size; i++) sum = (sum + (yield* go(child, i))) | 0;
  return { ns: clock() - start, answer: sum };
}

function* child(i: number): Operation<number> {
  return i;
}
