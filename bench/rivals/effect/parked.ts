// Fibers waiting to receive from one queue: what each costs, and how soon they are made.

import { Effect, Fiber } from "effect";
import { clock, liveBytes, type Outcome } from "../../trial.ts";
import { gather } from "./crowd.ts";

export function trial(size: number): Promise<Outcome> {
  return Effect.runPromise(measure(size));
}

const measure = Effect.fnUntraced(function* (size: number) {
  const before = liveBytes();
  const start = clock();
  const crowd = yield* gather(size);
  const ns = clock() - start;
  const bytes = liveBytes() - before;
  yield* Fiber.interruptAll(crowd.fibers);
  return { ns, answer: crowd.waiting, bytes };
});
