// An item sent into a buffer and received again.

import { channel, type Operation, run } from "offshoot";
import { clock, type Outcome } from "../trial.ts";

export function trial(size: number): Promise<Outcome> {
  return run(() => transfer(size));
}

function* transfer(size: number): Operation<Outcome> {
  const items = channel<number>(1);
  const start = clock();
  let sum = 0;
  for (let i = 0; i < size; i++) {
    yield* items.send(i);
    sum = (sum + (yield* items.receive())) | 0;
  }
  return { ns: clock() - start, answer: sum };
}
