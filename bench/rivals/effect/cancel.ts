// Waiting fibers interrupted, until all have ended.

import { Effect, Fiber } from "effect";
import { clock, type Outcome } from "../../trial.ts";
import { gather } from "./crowd.ts";

export function trial(size: number): Promise<Outcome> {
  return Effect.runPromise(measure(size));
}

const measure = Effect.fnUntraced(function* (size: number) {
  const crowd = yield* gather(size);
  const start = clock();
  yield* Fiber.interruptAll(crowd.fibers);
  const ns = clock() - start;
  const ended = crowd.fibers.filter((fiber) => fiber.pollUnsafe() !== undefined).length;
  return { ns, answer: ended };
});
