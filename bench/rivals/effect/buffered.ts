// One sender, one receiver, a queue of 128.

import { Effect, Fiber, Queue } from "effect";
import { clock, type Outcome } from "../../trial.ts";

export function trial(size: number): Promise<Outcome> {
  return Effect.runPromise(transfer(size));
}

const transfer = Effect.fnUntraced(function* (size: number) {
  const items = yield* Queue.bounded<number>(128);
  const start = clock();
  const sending = yield* Effect.forkChild(sendAll(size, items));
  let sum = 0;
  for (let i = 0; i < size; i++) sum = (sum + (yield* Queue.take(items))) | 0;
  const ns = clock() - start;
  yield* Fiber.join(sending);
  return { ns, answer: sum };
});

const sendAll = Effect.fnUntraced(function* (size: number, items: Queue.Queue<number>) {
  for (let i = 0; i < size; i++) yield* Queue.offer(items, i);
});
