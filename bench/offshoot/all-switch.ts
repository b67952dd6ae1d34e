// A thousand operations under `all`, each of which gives up its turn again and again.

import { all, type Operation, run, yieldNow } from "offshoot";
import { clock, type Outcome } from "../trial.ts";

const TASKS = 1000;

export function trial(size: number): Promise<Outcome> {
  return run(() => measure(size));
}

function* measure(size: number): Operation<Outcome> {
  const start = clock();
  const turns = yield* all(Array.from({ length: TASKS }, () => takeTurns(size / TASKS)));
  const ns = clock() - start;
  return { ns, answer: turns.reduce((sum, n) => sum + n, 0) };
}

function* takeTurns(times: number): Operation<number> {
  let turns = 0;
  for (let i = 0; i < times; i++) {
    yield* yieldNow();
    turns++;
  }
  return turns;
}
