// The concurrent prime sieve: a chain of filters, one for each prime found so far.
//
// The queues hold one item: with capacity 0 a chain of 500 fibers ends, and one of 1000 stops for ever without an
// error (Effect 4.1.0).

import { Effect, Queue } from "effect";
import { clock, type Outcome } from "../../trial.ts";

export function trial(size: number): Promise<Outcome> {
  return Effect.runPromise(sieve(size));
}

const sieve = Effect.fnUntraced(function* (size: number) {
  const start = clock();
  let numbers = yield* Queue.bounded<number>(1);
  yield* Effect.forkChild(count(numbers));
  let prime = 0;
  for (let i = 0; i < size; i++) {
    prime = yield* Queue.take(numbers);
    const passed = yield* Queue.bounded<number>(1);
    yield* Effect.forkChild(filter(prime, numbers, passed));
    numbers = passed;
  }
  return { ns: clock() - start, answer: prime };
});

const count = Effect.fnUntraced(function* (output: Queue.Queue<number>) {
  for (let n = 2; ; n++) yield* Queue.offer(output, n);
});

const filter = Effect.fnUntraced(function* (prime: number, input: Queue.Queue<number>, output: Queue.Queue<number>) {
  for (;;) {
    const n = yield* Queue.take(input);
    if (n % prime !== 0) yield* Queue.offer(output, n);
  }
});
