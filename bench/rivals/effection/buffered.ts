// One sender, one receiver, 128 items between them.

import { type Operation, run, spawn } from "effection";
import { clock, type Outcome } from "../../trial.ts";
import { bounded, type Way } from "./rendezvous.ts";

export async function trial(size: number): Promise<Outcome> {
  return await run(() => transfer(size));
}

function* transfer(size: number): Operation<Outcome> {
  const items = bounded<number>(128);
  const start = clock();
  const sending = yield* spawn(() => sendAll(size, items));
  let sum = 0;
  for (let i = 0; i < size; i++) sum = (sum + (yield* items.receive())) | 0;
  const ns = clock() - start;
  yield* sending;
  return { ns, answer: sum };
}

function* sendAll(size: number, items: Way<number>): Operation<void> {
  for (let i = 0; i < size; i++) yield* items.send(i);
}
