// A token goes around a ring of async functions; each adds one. The first lap is not timed: it starts them all.

import { clock, type Outcome } from "../../trial.ts";
import { PromiseChannel } from "./channel.ts";

const LAPS = 10;

export async function trial(size: number): Promise<Outcome> {
  const first = new PromiseChannel<number>();
  let last = first;
  for (let i = 1; i < size; i++) {
    const next = new PromiseChannel<number>();
    void pass(last, next);
    last = next;
  }
  await first.send(1);
  let token = await last.receive();
  const start = clock();
  for (let lap = 0; lap < LAPS; lap++) {
    await first.send(token + 1);
    token = await last.receive();
  }
  return { ns: clock() - start, answer: token };
}

async function pass(input: PromiseChannel<number>, output: PromiseChannel<number>): Promise<void> {
  for (let lap = 0; lap <= LAPS; lap++) await output.send(1 + (await input.receive()));
}
