// Effect has no timer that can be stopped; the nearest is a fiber that sleeps and is interrupted.
//
// The first pass is not timed: in it the collector moves the many to where it leaves them alone.

import { Effect, Exit, Fiber } from "effect";
import { clock, type Outcome } from "../../trial.ts";
import { gather } from "./sleepers.ts";

export function trial(size: number): Promise<Outcome> {
  return Effect.runPromise(measure(size));
}

const measure = Effect.fnUntraced(function* (size: number) {
  const sleepers = yield* gather();
  yield* interruptAll(size);
  const start = clock();
  const answer = yield* interruptAll(size);
  const ns = clock() - start;
  yield* Fiber.interruptAll(sleepers);
  return { ns, answer };
});

const interruptAll = Effect.fnUntraced(function* (size: number) {
  let interrupted = 0;
  for (let i = 0; i < size; i++) {
    const fiber = yield* Effect.forkChild(Effect.sleep(60_000), { startImmediately: true });
    yield* Fiber.interrupt(fiber);
    const exit = fiber.pollUnsafe();
    if (exit !== undefined && Exit.hasInterrupts(exit)) interrupted++;
  }
  return interrupted;
});
