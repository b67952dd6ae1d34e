// An item put into a buffer and received again, in a race with a sleep, which is the time limit of Effection.

import { type Operation, race, run, sleep } from "effection";
import { clock, type Outcome } from "../../trial.ts";
import { bounded } from "./rendezvous.ts";

export async function trial(size: number): Promise<Outcome> {
  return await run(() => transfer(size));
}

function* transfer(size: number): Operation<Outcome> {
  const items = bounded<number>(1);
  const start = clock();
  let sum = 0;
  for (let i = 0; i < size; i++) {
    yield* items.send(i);
    sum = (sum + (yield* within(1000, items.receive()))) | 0;
  }
  return { ns: clock() - start, answer: sum };
}

function* within<T>(ms: number, operation: Operation<T>): Operation<T> {
  return yield* race([operation, late(ms)]);
}

function* late(ms: number): Operation<never> {
  yield* sleep(ms);
  throw new Error("too late");
}
