// Eight senders, each on a rendezvous channel of its own; one receiver selects over the eight.

import { channel, go, type Operation, run, type Sender, select } from "offshoot";
import { clock, type Outcome } from "../trial.ts";

const SENDERS = 8;

export function trial(size: number): Promise<Outcome> {
  return run(() => gather(size));
}

function* gather(size: number): Operation<Outcome> {
  const inputs = Array.from({ length: SENDERS }, () => channel<number>());
  for (const input of inputs) go(sendAll, size / SENDERS, input);
  const arrivals = inputs.map((input) => input.receive());
  const start = clock();
  let sum = 0;
  for (let i = 0; i < size; i++) {
    const got = yield* select(arrivals);
    sum = (sum + got.value) | 0;
  }
  return { ns: clock() - start, answer: sum };
}

function* sendAll(size: number, output: Sender<number>): Operation<void> {
  for (let i = 0; i < size; i++) yield* output.send(i);
}
