// The concurrent prime sieve: a chain of filters, one for each prime found so far.

import { type Operation, run, spawn } from "effection";
import { clock, type Outcome } from "../../trial.ts";
import { rendezvous, type Way } from "./rendezvous.ts";

export async function trial(size: number): Promise<Outcome> {
  return await run(() => sieve(size));
}

function* sieve(size: number): Operation<Outcome> {
  const start = clock();
  const all = rendezvous<number>();
  yield* spawn(() => count(all));
  let numbers = all;
  let prime = 0;
  for (let i = 0; i < size; i++) {
    const input = numbers;
    const found = yield* input.receive();
    const passed = rendezvous<number>();
    yield* spawn(() => filter(found, input, passed));
    numbers = passed;
    prime = found;
  }
  return { ns: clock() - start, answer: prime };
}

function* count(output: Way<number>): Operation<never> {
  for (let n = 2; ; n++) yield* output.send(n);
}

function* filter(prime: number, input: Way<number>, output: Way<number>): Operation<never> {
  for (;;) {
    const n = yield* input.receive();
    if (n % prime !== 0) yield* output.send(n);
  }
}
