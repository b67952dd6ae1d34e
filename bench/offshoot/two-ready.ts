// One task selects between two channels that both have something, and puts it back one larger.

import { channel, type Operation, run, select } from "offshoot";
import { clock, type Outcome } from "../trial.ts";

export function trial(size: number): Promise<Outcome> {
  return run(() => juggle(size));
}

function* juggle(size: number): Operation<Outcome> {
  const left = channel<number>(1);
  const right = channel<number>(1);
  yield* left.send(0);
  yield* right.send(0);
  const start = clock();
  for (let i = 0; i < size; i++) {
    const got = yield* select({ left: left.receive(), right: right.receive() });
    if (got.key === "left") yield* left.send(got.value + 1);
    else yield* right.send(got.value + 1);
  }
  const ns = clock() - start;
  return { ns, answer: (yield* left.receive()) + (yield* right.receive()) };
}
