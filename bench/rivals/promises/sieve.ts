// The concurrent prime sieve: a chain of filters, one for each prime found so far.

import { clock, type Outcome } from "../../trial.ts";
import { PromiseChannel } from "./channel.ts";

export async function trial(size: number): Promise<Outcome> {
  const start = clock();
  let numbers = new PromiseChannel<number>();
  void count(numbers);
  let prime = 0;
  for (let i = 0; i < size; i++) {
    prime = await numbers.receive();
    const passed = new PromiseChannel<number>();
    void filter(prime, numbers, passed);
    numbers = passed;
  }
  return { ns: clock() - start, answer: prime };
}

async function count(output: PromiseChannel<number>): Promise<never> {
  for (let n = 2; ; n++) await output.send(n);
}

async function filter(prime: number, input: PromiseChannel<number>, output: PromiseChannel<number>): Promise<never> {
  for (;;) {
    const n = await input.receive();
    if (n % prime !== 0) await output.send(n);
  }
}
