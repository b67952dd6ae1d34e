// An item put into a buffer and received again, within a time that is never needed.

import { clock, type Outcome } from "../../trial.ts";
import { PromiseChannel } from "./channel.ts";
import { within } from "./within.ts";

export async function trial(size: number): Promise<Outcome> {
  const items = new PromiseChannel<number>(1);
  const start = clock();
  let sum = 0;
  for (let i = 0; i < size; i++) {
    await items.send(i);
    sum = (sum + (await within(1000, items.receive()))) | 0;
  }
  return { ns: clock() - start, answer: sum };
}
