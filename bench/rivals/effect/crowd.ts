// Many fibers that wait to receive from one queue; shared by `parked` and `cancel`.

import { Effect, type Fiber, Queue } from "effect";

export interface Crowd {
  readonly fibers: readonly Fiber.Fiber<void>[];
  /** How many have begun to wait. */
  readonly waiting: number;
}

export const gather = Effect.fnUntraced(function* (size: number) {
  const queue = yield* Queue.bounded<number>(0);
  const count = { started: 0 };
  const fibers: Fiber.Fiber<void>[] = [];
  for (let i = 0; i < size; i++) fibers.push(yield* Effect.forkChild(park(queue, count)));
  while (count.started < size) yield* Effect.yieldNow;
  return { fibers, waiting: count.started };
});

const park = Effect.fnUntraced(function* (queue: Queue.Queue<number>, count: { started: number }) {
  count.started++;
  yield* Queue.take(queue);
});
