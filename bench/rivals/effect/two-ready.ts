// Effect has no select; the nearest is a transaction that takes from whichever queue has something, or retries.

import { Effect, Option, TxQueue } from "effect";
import { clock, type Outcome } from "../../trial.ts";

export function trial(size: number): Promise<Outcome> {
  return Effect.runPromise(juggle(size));
}

const juggle = Effect.fnUntraced(function* (size: number) {
  const left = yield* TxQueue.bounded<number>(1);
  const right = yield* TxQueue.bounded<number>(1);
  yield* TxQueue.offer(left, 0);
  yield* TxQueue.offer(right, 0);
  const start = clock();
  for (let i = 0; i < size; i++) {
    const taken = yield* Effect.tx(takeEither(left, right));
    yield* TxQueue.offer(taken.from, taken.value + 1);
  }
  const ns = clock() - start;
  return { ns, answer: (yield* TxQueue.take(left)) + (yield* TxQueue.take(right)) };
});

type Numbers = TxQueue.TxQueue<number>;

const takeEither = Effect.fnUntraced(function* (left: Numbers, right: Numbers) {
  const fromLeft = yield* TxQueue.poll(left);
  if (Option.isSome(fromLeft)) return { from: left, value: fromLeft.value };
  const fromRight = yield* TxQueue.poll(right);
  if (Option.isSome(fromRight)) return { from: right, value: fromRight.value };
  return yield* Effect.txRetry;
});
