// A tree of fibers, ten below each; the leaves are numbered and summed upwards.

import { Effect, Fiber } from "effect";
import { clock, type Outcome } from "../../trial.ts";

export async function trial(size: number): Promise<Outcome> {
  const start = clock();
  const answer = await Effect.runPromise(node(0, size));
  return { ns: clock() - start, answer };
}

const node: (number: number, size: number) => Effect.Effect<number> = Effect.fnUntraced(function* (number, size) {
  if (size === 1) return number;
  const below: Fiber.Fiber<number>[] = [];
  for (let i = 0; i < 10; i++) below.push(yield* Effect.forkChild(node(number + i * (size / 10), size / 10)));
  let sum = 0;
  for (const fiber of below) sum += yield* Fiber.join(fiber);
  return sum;
});
