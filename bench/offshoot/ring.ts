// A token goes around a ring of tasks; each adds one. The first lap is not timed: it starts them all.

import { channel, go, type Operation, type Receiver, run, type Sender } from "offshoot";
import { clock, type Outcome } from "../trial.ts";

const LAPS = 10;

export function trial(size: number): Promise<Outcome> {
  return run(() => ring(size));
}

function* ring(size: number): Operation<Outcome> {
  const first = channel<number>();
  let last = first;
  for (let i = 1; i < size; i++) {
    const next = channel<number>();
    go(pass, last, next);
    last = next;
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

function* pass(input: Receiver<number>, output: Sender<number>): Operation<void> {
  for (let lap = 0; lap <= LAPS; lap++) yield* output.send(1 + (yield* input.receive()));
}
