// The concurrent prime sieve: a chain of filters, one for each prime found so far.

import { channel, go, type Operation, type Receiver, run, type Sender } from "offshoot";
import { clock, type Outcome } from "../trial.ts";

export function trial(size: number): Promise<Outcome> {
  return run(() => program(size));
}

/** The filters never end by themselves; when the last prime is known, the task that owns them is cancelled. */
function* program(size: number): Operation<Outcome> {
  const found = channel<number>();
  const start = clock();
  const sieving = go(sieve, size, found);
  const answer = yield* found.receive();
  const ns = clock() - start;
  sieving.cancel();
  return { ns, answer };
}

function* sieve(size: number, found: Sender<number>): Operation<void> {
  let numbers = channel<number>();
  go(count, numbers);
  let prime = 0;
  for (let i = 0; i < size; i++) {
    prime = yield* numbers.receive();
    const passed = channel<number>();
    go(filter, prime, numbers, passed);
    numbers = passed;
  }
  yield* found.send(prime);
}

function* count(output: Sender<number>): Operation<void> {
  for (let n = 2; ; n++) yield* output.send(n);
}

function* filter(prime: number, input: Receiver<number>, output: Sender<number>): Operation<void> {
  for (;;) {
    const n = yield* input.receive();
    if (n % prime !== 0) yield* output.send(n);
  }
}
