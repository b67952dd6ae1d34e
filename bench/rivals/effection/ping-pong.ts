// Two tasks, two rendezvous.

import { type Operation, run, spawn } from "effection";
import { clock, type Outcome } from "../../trial.ts";
import { rendezvous, type Way } from "./rendezvous.ts";

export async function trial(size: number): Promise<Outcome> {
  return await run(() => play(size));
}

function* play(size: number): Operation<Outcome> {
  const ping = rendezvous<number>();
  const pong = rendezvous<number>();
  const answering = yield* spawn(() => answer(size, ping, pong));
  const start = clock();
  let sum = 0;
  for (let i = 0; i < size; i++) {
    yield* ping.send(i);
    sum = (sum + (yield* pong.receive())) | 0;
  }
  const ns = clock() - start;
  yield* answering;
  return { ns, answer: sum };
}

function* answer(size: number, ping: Way<number>, pong: Way<number>): Operation<void> {
  for (let i = 0; i < size; i++) yield* pong.send(1 + (yield* ping.receive()));
}
