// A reply awaited within a time limit that is not reached, while many other fibers sleep.
//
// The first pass is not timed: in it the collector moves the many to where it leaves them alone.

import { Effect, Fiber, Queue } from "effect";
import { clock, type Outcome } from "../../trial.ts";
import { gather } from "./sleepers.ts";

export function trial(size: number): Promise<Outcome> {
  return Effect.runPromise(measure(size));
}

const measure = Effect.fnUntraced(function* (size: number) {
  const sleepers = yield* gather();
  yield* askAll(size);
  const start = clock();
  const answer = yield* askAll(size);
  const ns = clock() - start;
  yield* Fiber.interruptAll(sleepers);
  return { ns, answer };
});

const askAll = Effect.fnUntraced(function* (size: number) {
  const ask = yield* Queue.bounded<number>(0);
  const reply = yield* Queue.bounded<number>(0);
  const answering = yield* Effect.forkChild(answerAll(size, ask, reply));
  let sum = 0;
  for (let i = 0; i < size; i++) {
    yield* Queue.offer(ask, i);
    sum = (sum + (yield* Effect.timeout(Queue.take(reply), 60_000))) | 0;
  }
  yield* Fiber.join(answering);
  return sum;
});

const answerAll = Effect.fnUntraced(function* (size: number, ask: Queue.Queue<number>, reply: Queue.Queue<number>) {
  for (let i = 0; i < size; i++) yield* Queue.offer(reply, yield* Queue.take(ask));
});
