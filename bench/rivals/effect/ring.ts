// A token goes around a ring of fibers; each adds one. The first lap is not timed: it starts them all.
//
// The queues hold one item: with capacity 0 a chain of 500 fibers ends, and one of 1000 stops for ever without an
// error (Effect 4.1.0).

import { Effect, Queue } from "effect";
import { clock, type Outcome } from "../../trial.ts";

const LAPS = 10;

export function trial(size: number): Promise<Outcome> {
  return Effect.runPromise(ring(size));
}

const ring = Effect.fnUntraced(function* (size: number) {
  const first = yield* Queue.bounded<number>(1);
  let last = first;
  for (let i = 1; i < size; i++) {
    const next = yield* Queue.bounded<number>(1);
    yield* Effect.forkChild(pass(last, next));
    last = next;
  }
  yield* Queue.offer(first, 1);
  let token = yield* Queue.take(last);
  const start = clock();
  for (let lap = 0; lap < LAPS; lap++) {
    yield* Queue.offer(first, token + 1);
    token = yield* Queue.take(last);
  }
  return { ns: clock() - start, answer: token };
});

const pass = Effect.fnUntraced(function* (input: Queue.Queue<number>, output: Queue.Queue<number>) {
  for (let lap = 0; lap <= LAPS; lap++) yield* Queue.offer(output, 1 + (yield* Queue.take(input)));
});
