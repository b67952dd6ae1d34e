// Async functions waiting to receive from one channel: what each costs, and how soon they are made.

import { clock, liveBytes, type Outcome } from "../../trial.ts";
import { PromiseChannel } from "./channel.ts";

export async function trial(size: number): Promise<Outcome> {
  const channel = new PromiseChannel<number>();
  const before = liveBytes();
  const start = clock();
  const parked: Promise<number>[] = [];
  for (let i = 0; i < size; i++) parked.push(park(channel));
  const ns = clock() - start;
  const bytes = liveBytes() - before;
  const waiting = channel.receivers.length;
  for (const resume of channel.receivers) resume(1);
  let ended = 0;
  for (const task of parked) ended += await task;
  return { ns, answer: Math.min(waiting, ended), bytes };
}

async function park(channel: PromiseChannel<number>): Promise<number> {
  return await channel.receive();
}
