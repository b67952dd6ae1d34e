// Async functions called and awaited, one after the other.

import { clock, type Outcome } from "../../trial.ts";

export async function trial(size: number): Promise<Outcome> {
  const start = clock();
  let sum = 0;
  for (let i = 0; i < size; i++) {
    const task = child(i);
    sum = (sum + (await task)) | 0;
  }
  return { ns: clock() - start, answer: sum };
}

async function child(i: number): Promise<number> {
  return i;
}
