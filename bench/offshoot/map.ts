// Items mapped by an operation each, ten at once; each gives up its turn.

import { map, type Operation, run, yieldNow } from "offshoot";
import { clock, type Outcome } from "../trial.ts";

export function trial(size: number): Promise<Outcome> {
  return run(() => measure(size));
}

function* measure(size: number): Operation<Outcome> {
  const items = Array.from({ length: size }, (_, i) => i);
  const start = clock();
  const results = yield* map(items, twice, { concurrency: 10 });
  const ns = clock() - start;
  return { ns, answer: results.reduce((sum, result) => sum + result, 0) };
}

function* twice(item: number): Operation<number> {
  yield* yieldNow();
  return item * 2;
}
