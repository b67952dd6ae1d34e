// Tasks waiting to receive from one channel: what each costs, and how soon they are made.

import { type Operation, run } from "offshoot";
import { clock, liveBytes, type Outcome } from "../trial.ts";
import { disperse, gather } from "./crowd.ts";

export function trial(size: number): Promise<Outcome> {
  return run(() => measure(size));
}

function* measure(size: number): Operation<Outcome> {
  const before = liveBytes();
  const start = clock();
  const crowd = yield* gather(size);
  const ns = clock() - start;
  const bytes = liveBytes() - before;
  const waiting = crowd.channel.stats().waitingReceivers;
  yield* disperse(crowd);
  return { ns, answer: waiting, bytes };
}
