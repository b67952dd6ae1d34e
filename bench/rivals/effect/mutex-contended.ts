// A semaphore of one permit, wanted by 100 fibers, each of which gives up its turn while it holds it.

import { Effect, Semaphore } from "effect";
import { clock, type Outcome } from "../../trial.ts";

const TASKS = 100;

interface Counter {
  count: number;
}

export function trial(size: number): Promise<Outcome> {
  return Effect.runPromise(contend(size));
}

const contend = Effect.fnUntraced(function* (size: number) {
  const mutex = yield* Semaphore.make(1);
  const counter: Counter = { count: 0 };
  const tasks = Array.from({ length: TASKS }, () => addAll(size / TASKS, mutex, counter));
  const start = clock();
  yield* Effect.all(tasks, { concurrency: "unbounded", discard: true });
  return { ns: clock() - start, answer: counter.count };
});

const addAll = Effect.fnUntraced(function* (times: number, mutex: Semaphore.Semaphore, counter: Counter) {
  for (let i = 0; i < times; i++) {
    yield* mutex.take(1);
    const before = counter.count;
    yield* Effect.yieldNow;
    counter.count = before + 1;
    yield* mutex.release(1);
  }
});
