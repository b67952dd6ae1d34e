// One sender, one receiver, a channel of 128.

import { channel, go, type Operation, run, type Sender } from "offshoot";
import { clock, type Outcome } from "../trial.ts";

export function trial(size: number): Promise<Outcome> {
  return run(() => transfer(size));
}

function* transfer(size: number): Operation<Outcome> {
  const items = channel<number>(128);
  const start = clock();
  const sending = go(sendAll, size, items);
  let sum = 0;
  for (let i = 0; i < size; i++) sum = (sum + (yield* items.receive())) | 0;
  const ns = clock() - start;
  yield* sending;
  return { ns, answer: sum };
}

function* sendAll(size: number, items: Sender<number>): Operation<void> {
  for (let i = 0; i < size; i++) yield* items.send(i);
}
