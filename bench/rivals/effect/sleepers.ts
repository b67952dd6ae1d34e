// Many fibers that sleep while something else is measured; shared by `timer` and `timer-waited`.

import { Effect, type Fiber } from "effect";

const SIZE = 100_000;

/** They sleep until long after the workload has ended: from half a minute to one and a half. */
export const gather = Effect.fnUntraced(function* () {
  const fibers: Fiber.Fiber<void>[] = [];
  for (let i = 0; i < SIZE; i++) {
    const sleeping = Effect.sleep(30_000 + ((i * 7919) % 60_000));
    fibers.push(yield* Effect.forkChild(sleeping, { startImmediately: true }));
  }
  return fibers;
});
