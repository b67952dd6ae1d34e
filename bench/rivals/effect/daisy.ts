// A chain of fibers: each receives from its right and sends one more to its left.
//
// The queues hold one item: with capacity 0 a chain of 500 fibers ends, and one of 1000 stops for ever without an
// error (Effect 4.1.0).

import { Effect, Queue } from "effect";
import { clock, type Outcome } from "../../trial.ts";

export function trial(size: number): Promise<Outcome> {
  return Effect.runPromise(chain(size));
}

const chain = Effect.fnUntraced(function* (size: number) {
  const start = clock();
  const leftmost = yield* Queue.bounded<number>(1);
  let left = leftmost;
  for (let i = 0; i < size; i++) {
    const right = yield* Queue.bounded<number>(1);
    yield* Effect.forkChild(link(left, right));
    left = right;
  }
  yield* Effect.forkChild(Queue.offer(left, 0));
  const answer = yield* Queue.take(leftmost);
  return { ns: clock() - start, answer };
});

const link = Effect.fnUntraced(function* (left: Queue.Queue<number>, right: Queue.Queue<number>) {
  yield* Queue.offer(left, 1 + (yield* Queue.take(right)));
});
