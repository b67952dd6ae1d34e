// Two async functions, two rendezvous channels.

import { clock, type Outcome } from "../../trial.ts";
import { PromiseChannel } from "./channel.ts";

export async function trial(size: number): Promise<Outcome> {
  const ping = new PromiseChannel<number>();
  const pong = new PromiseChannel<number>();
  const answering = answer(size, ping, pong);
  const start = clock();
  let sum = 0;
  for (let i = 0; i < size; i++) {
    await ping.send(i);
    sum = (sum + (await pong.receive())) | 0;
  }
  const ns = clock() - start;
  await answering;
  return { ns, answer: sum };
}

async function answer(size: number, ping: PromiseChannel<number>, pong: PromiseChannel<number>): Promise<void> {
  for (let i = 0; i < size; i++) await pong.send(1 + (await ping.receive()));
}
