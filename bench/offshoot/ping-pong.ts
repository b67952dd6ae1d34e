// Two tasks, two rendezvous channels.

import { type Channel, channel, go, type Operation, run } from "offshoot";
import { clock, type Outcome } from "../trial.ts";

export function trial(size: number): Promise<Outcome> {
  return run(() => play(size));
}

function* play(size: number): Operation<Outcome> {
  const ping = channel<number>();
  const pong = channel<number>();
  const answering = go(answer, size, ping, pong);
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

function* answer(size: number, ping: Channel<number>, pong: Channel<number>): Operation<void> {
  for (let i = 0; i < size; i++) yield* pong.send(1 + (yield* ping.receive()));
}
