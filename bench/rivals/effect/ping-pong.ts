// Two fibers, two queues of capacity 0, which are rendezvous channels.

import { Effect, Fiber, Queue } from "effect";
import { clock, type Outcome } from "../../trial.ts";

export function trial(size: number): Promise<Outcome> {
  return Effect.runPromise(play(size));
}

const play = Effect.fnUntraced(function* (size: number) {
  const ping = yield* Queue.bounded<number>(0);
  const pong = yield* Queue.bounded<number>(0);
  const answering = yield* Effect.forkChild(answer(size, ping, pong));
  const start = clock();
  let sum = 0;
  for (let i = 0; i < size; i++) {
    yield* Queue.offer(ping, i);
    sum = (sum + (yield* Queue.take(pong))) | 0;
  }
  const ns = clock() - start;
  yield* Fiber.join(answering);
  return { ns, answer: sum };
});

const answer = Effect.fnUntraced(function* (size: number, ping: Queue.Queue<number>, pong: Queue.Queue<number>) {
  for (let i = 0; i < size; i++) yield* Queue.offer(pong, 1 + (yield* Queue.take(ping)));
});
