// A chain of async functions: each receives from its right and sends one more to its left.

import { clock, type Outcome } from "../../trial.ts";
import { PromiseChannel } from "./channel.ts";

export async function trial(size: number): Promise<Outcome> {
  const start = clock();
  const leftmost = new PromiseChannel<number>();
  let left = leftmost;
  for (let i = 0; i < size; i++) {
    const right = new PromiseChannel<number>();
    void link(left, right);
    left = right;
  }
  void left.send(0);
  const answer = await leftmost.receive();
  return { ns: clock() - start, answer };
}

async function link(left: PromiseChannel<number>, right: PromiseChannel<number>): Promise<void> {
  await left.send(1 + (await right.receive()));
}
