// A tree of tasks, ten below each; the leaves are numbered and summed upwards.

import { go, type Operation, run, type Task } from "offshoot";
import { clock, type Outcome } from "../trial.ts";

export async function trial(size: number): Promise<Outcome> {
  const start = clock();
  const answer = await run(() => node(0, size));
  return { ns: clock() - start, answer };
}

function* node(number: number, size: number): Operation<number> {
  if (size === 1) return number;
  const below: Task<number>[] = [];
  for (let i = 0; i < 10; i++) below.push(go(node, number + i * (size / 10), size / 10));
  let sum = 0;
  for (const task of below) sum += yield* task;
  return sum;
}
