// A reply awaited beside a timer that comes too late and is cleared, while many other timers are running.

import { clock, type Outcome } from "../../trial.ts";
import { PromiseChannel } from "./channel.ts";
import { disperse, gather } from "./crowd.ts";
import { within } from "./within.ts";

export async function trial(size: number): Promise<Outcome> {
  const crowd = gather();
  const ask = new PromiseChannel<number>();
  const reply = new PromiseChannel<number>();
  const answering = answer(size, ask, reply);
  const start = clock();
  let sum = 0;
  for (let i = 0; i < size; i++) {
    await ask.send(i);
    sum = (sum + (await within(60_000, reply.receive()))) | 0;
  }
  const ns = clock() - start;
  await answering;
  disperse(crowd);
  return { ns, answer: sum };
}

async function answer(size: number, ask: PromiseChannel<number>, reply: PromiseChannel<number>): Promise<void> {
  for (let i = 0; i < size; i++) await reply.send(await ask.receive());
}
