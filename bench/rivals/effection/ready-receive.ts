// An item put into a buffer and received again.

import { type Operation, run } from "effection";
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
    sum = (sum + (yield* items.receive())) | 0;
  }
  return { ns: clock() - start, answer: sum };
}
