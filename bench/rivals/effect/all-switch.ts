// A thousand fibers under Effect.all, each of which gives up its turn again and again.

import { Effect } from "effect";
import { clock, type Outcome } from "../../trial.ts";

const TASKS = 1000;

export function trial(size: number): Promise<Outcome> {
  return Effect.runPromise(measure(size));
}

const measure = Effect.fnUntraced(function* (size: number) {
  const start = clock();
  const tasks = Array.from({ length: TASKS }, () => takeTurns(size / TASKS));
  const turns = yield* Effect.all(tasks, { concurrency: "unbounded" });
  const ns = clock() - start;
  return { ns, answer: turns.reduce((sum, n) => sum + n, 0) };
});

const takeTurns = Effect.fnUntraced(function* (times: number) {
  let turns = 0;
  for (let i = 0; i < times; i++) {
    yield* Effect.yieldNow;
    turns++;
  }
  return turns;
});
