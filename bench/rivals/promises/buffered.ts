// One sender, one receiver, a buffer of 128.

import { clock, type Outcome } from "../../trial.ts";
import { PromiseChannel } from "./channel.ts";

export async function trial(size: number): Promise<Outcome> {
  const items = new PromiseChannel<number>(128);
  const start = clock();
  const sending = sendAll(size, items);
  let sum = 0;
  for (let i = 0; i < size; i++) sum = (sum + (await items.receive())) | 0;
  const ns = clock() - start;
  await sending;
  return { ns, answer: sum };
}

async function sendAll(size: number, items: PromiseChannel<number>): Promise<void> {
  for (let i = 0; i < size; i++) await items.send(i);
}
