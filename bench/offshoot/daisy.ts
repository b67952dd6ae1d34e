// A chain of tasks: each receives from its right and sends one more to its left.

import { channel, go, type Operation, type Receiver, run, type Sender } from "offshoot";
import { clock, type Outcome } from "../trial.ts";

export function trial(size: number): Promise<Outcome> {
  return run(() => chain(size));
}

function* chain(size: number): Operation<Outcome> {
  const start = clock();
  const leftmost = channel<number>();
  let left = leftmost;
  for (let i = 0; i < size; i++) {
    const right = channel<number>();
    go(link, left, right);
    left = right;
  }
  yield* left.send(0);
  const answer = yield* leftmost.receive();
  return { ns: clock() - start, answer };
}

function* link(left: Sender<number>, right: Receiver<number>): Operation<void> {
  yield* left.send(1 + (yield* right.receive()));
}
