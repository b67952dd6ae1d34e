// A chain of tasks: each receives from its right and sends one more to its left.

import { type Operation, run, spawn } from "effection";
import { clock, type Outcome } from "../../trial.ts";
import { rendezvous, type Way } from "./rendezvous.ts";

export async function trial(size: number): Promise<Outcome> {
  return await run(() => chain(size));
}

function* chain(size: number): Operation<Outcome> {
  const start = clock();
  const leftmost = rendezvous<number>();
  let last = leftmost;
  for (let i = 0; i < size; i++) {
    const left = last;
    const right = rendezvous<number>();
    yield* spawn(() => link(left, right));
    last = right;
  }
  const rightmost = last;
  yield* spawn(() => rightmost.send(0));
  const answer = yield* leftmost.receive();
  return { ns: clock() - start, answer };
}

function* link(left: Way<number>, right: Way<number>): Operation<void> {
  yield* left.send(1 + (yield* right.receive()));
}
