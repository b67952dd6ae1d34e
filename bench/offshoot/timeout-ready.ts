// An item sent into a buffer and received again, within a time that is never needed.

import { channel, type Operation, run, timeout } from "offshoot";
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
    sum = (sum + (yield* timeout(1000, items.receive()))) | 0;
  }
  return { ns: clock() - start, answer: sum };
}
