// A token goes around a ring of tasks; each adds one. The first lap is not timed: it starts them all.

import { type Operation, run, spawn } from "effection";
import { clock, type Outcome } from "../../trial.ts";
import { rendezvous, type Way } from "./rendezvous.ts";

const LAPS = 10;

export async function trial(size: number): Promise<Outcome> {
  return await run(() => ring(size));
}

function* ring(size: number): Operation<Outcome> {
  const first = rendezvous<number>();
  let last = first;
  for (let i = 1; i < size; i++) {
    const input = last;
    const output = rendezvous<number>();
    yield* spawn(() => pass(input, output));
    last = output;
  }
  yield* first.send(1);
  let token = yield* last.receive();
  const start = clock();
  for (let lap = 0; lap < LAPS; lap++) {
    yield* first.send(token + 1);
    token = yield* last.receive();
  }
  return { ns: clock() - start, answer: token };
}

function* pass(input: Way<number>, output: Way<number>): Operation<void> {
  for (let lap = 0; lap <= LAPS; lap++) yield* output.send(1 + (yield* input.receive()));
}
