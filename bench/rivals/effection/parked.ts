// Tasks waiting to receive from one queue: what each costs, and how soon they are made.

import { type Operation, run } from "effection";
import { clock, liveBytes, type Outcome } from "../../trial.ts";
import { gather } from "./crowd.ts";

export async function trial(size: number): Promise<Outcome> {
  return await run(() => measure(size));
}

function* measure(size: number): Operation<Outcome> {
  const before = liveBytes();
  const start = clock();
  const crowd = yield* gather(size);
  const ns = clock() - start;
  const bytes = liveBytes() - before;
  const waiting = crowd.count.started - crowd.count.ended;
  yield* crowd.owner.halt();
  return { ns, answer: waiting, bytes };
}
