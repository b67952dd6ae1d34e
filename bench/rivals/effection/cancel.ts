// Waiting tasks halted, until all have ended.

import { type Operation, run } from "effection";
import { clock, type Outcome } from "../../trial.ts";
import { gather } from "./crowd.ts";

export async function trial(size: number): Promise<Outcome> {
  return await run(() => measure(size));
}

function* measure(size: number): Operation<Outcome> {
  const crowd = yield* gather(size);
  const start = clock();
  yield* crowd.owner.halt();
  const ns = clock() - start;
  return { ns, answer: crowd.count.ended };
}
