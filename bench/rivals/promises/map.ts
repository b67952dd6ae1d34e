// Items mapped with p-limit, ten at once; each gives up its turn.

import pLimit from "p-limit";
import { clock, type Outcome } from "../../trial.ts";

export async function trial(size: number): Promise<Outcome> {
  const items = Array.from({ length: size }, (_, i) => i);
  const start = clock();
  const limit = pLimit(10);
  const results = await Promise.all(items.map((item) => limit(() => twice(item))));
  const ns = clock() - start;
  return { ns, answer: results.reduce((sum, result) => sum + result, 0) };
}

async function twice(item: number): Promise<number> {
  await undefined;
  return item * 2;
}
