// An item put into a queue and taken again.

import { Effect, Queue } from "effect";
import { clock, type Outcome } from "../../trial.ts";

export function trial(size: number): Promise<Outcome> {
  return Effect.runPromise(transfer(size));
}

const transfer = Effect.fnUntraced(function* (size: number) {
  const items = yield* Queue.bounded<number>(1);
  const start = clock();
  let sum = 0;
  for (let i = 0; i < size; i++) {
    yield* Queue.offer(items, i);
    sum = (sum + (yield* Queue.take(items))) | 0;
  }
  return { ns: clock() - start, answer: sum };
});
