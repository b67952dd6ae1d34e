// Fibers forked and joined, one after the other.

import { Effect, Fiber } from "effect";
import { clock, type Outcome } from "../../trial.ts";

export function trial(size: number): Promise<Outcome> {
  return Effect.runPromise(spawnAll(size));
}

const spawnAll = Effect.fnUntraced(function* (size: number) {
  const start = clock();
  let sum = 0;
  for (let i = 0; i < size; i++) {
    const fiber = yield* Effect.forkChild(child(i));
    sum = (sum + (yield* Fiber.join(fiber))) | 0;
  }
  return { ns: clock() - start, answer: sum };
});

const child = Effect.fnUntraced(function* (i: number) {
  return i;
});
