// A thousand async functions under Promise.all, each of which gives up its turn again and again.

import { clock, type Outcome } from "../../trial.ts";

const TASKS = 1000;

export async function trial(size: number): Promise<Outcome> {
  const start = clock();
  const turns = await Promise.all(Array.from({ length: TASKS }, () => takeTurns(size / TASKS)));
  const ns = clock() - start;
  return { ns, answer: turns.reduce((sum, n) => sum + n, 0) };
}

async function takeTurns(times: number): Promise<number> {
  let turns = 0;
  for (let i = 0; i < times; i++) {
    await undefined;
    turns++;
  }
  return turns;
}
