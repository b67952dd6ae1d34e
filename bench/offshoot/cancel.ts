// Waiting tasks cancelled, until all have ended.

import { type Operation, run } from "offshoot";
import { clock, type Outcome } from "../trial.ts";
import { disperse, gather } from "./crowd.ts";

export function trial(size: number): Promise<Outcome> {
  return run(() => measure(size));
}

function* measure(size: number): Operation<Outcome> {
  const crowd = yield* gather(size);
  const waiting = crowd.channel.stats().waitingReceivers;
  const start = clock();
  yield* disperse(crowd);
  const ns = clock() - start;
  return { ns, answer: waiting - crowd.channel.stats().waitingReceivers };
}
