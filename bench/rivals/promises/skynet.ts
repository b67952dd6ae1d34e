// A tree of async functions, ten below each; the leaves are numbered and summed upwards.

import { clock, type Outcome } from "../../trial.ts";

export async function trial(size: number): Promise<Outcome> {
  const start = clock();
  const answer = await node(0, size);
  return { ns: clock() - start, answer };
}

async function node(number: number, size: number): Promise<number> {
  if (size === 1) return number;
  const below: Promise<number>[] = [];
  for (let i = 0; i < 10; i++) below.push(node(number + i * (size / 10), size / 10));
  let sum = 0;
  for (const part of await Promise.all(below)) sum += part;
  return sum;
}
