// A reply awaited beside a timer that comes too late and is cleared, while many other timers are running.
//
// The first pass is not timed: in it the collector moves the many to where it leaves them alone.

import { clock, type Outcome } from "../../trial.ts";
import { PromiseChannel } from "./channel.ts";
import { disperse, gather } from "./crowd.ts";
import { within } from "./within.ts";

export async function trial(size: number): Promise<Outcome> {
  const crowd = gather();
  await askAll(size);
  const start = clock();
  const answer = await askAll(size);
  const ns = clock() - start;
  disperse(crowd);
  return { ns, answer };
}

async function askAll(size: number): Promise<number> {
  const ask = new PromiseChannel<number>();
  const reply = new PromiseChannel<number>();
  const answering = answerAll(size, ask, reply);
  let sum = 0;
  for (let i = 0; i < size; i++) {
    await ask.send(i);
    sum = (sum + (await within(60_000, reply.receive()))) | 0;
  }
  await answering;
  return sum;
}

async function answerAll(size: number, ask: PromiseChannel<number>, reply: PromiseChannel<number>): Promise<void> {
  for (let i = 0; i < size; i++) await reply.send(await ask.receive());
}
