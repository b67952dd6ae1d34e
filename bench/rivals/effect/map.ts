// Items mapped by an effect each, ten at once; each gives up its turn.

import { Effect } from "effect";
import { clock, type Outcome } from "../../trial.ts";

export function trial(size: number): Promise<Outcome> {
  return Effect.runPromise(measure(size));
}

const measure = Effect.fnUntraced(function* (size: number) {
  const items = Array.from({ length: size }, (_, i) => i);
  const start = clock();
  const results = yield* Effect.forEach(items, twice, { concurrency: 10 });
  const ns = clock() - start;
  return { ns, answer: results.reduce((sum, result) => sum + result, 0) };
});

const twice = Effect.fnUntraced(function* (item: number) {
  yield* Effect.yieldNow;
  return item * 2;
});
