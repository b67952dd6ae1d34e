// The prime sieve: a chain of filters that grows by one task for each prime. Go's ends when main returns; here the chain is owned, and is ended either as
// daemons of a group or by the last receiver, whose leaving travels up the chain.

import assert from "node:assert/strict";
import { test } from "node:test";
import { channel, go, group, type Operation, type Receiver, type Sender, type Task } from "offshoot";
import { simulate } from "../../../src/testing/simulate.ts";

/** By trial division, to compare with. */
function primesByHand(n: number): number[] {
  const primes: number[] = [];
  for (let i = 2; primes.length < n; i++) if (primes.every((p) => i % p !== 0)) primes.push(i);
  return primes;
}

function* count(out: Sender<number>): Operation<void> {
  for (let n = 2; ; n++) yield* out.send(n);
}

function* sift(source: Receiver<number>, out: Sender<number>, prime: number): Operation<void> {
  try {
    for (;;) {
      const n = yield* source.receive();
      if (n % prime !== 0) yield* out.send(n);
    }
  } finally {
    source.cancel(); // whoever feeds this filter need not go on
  }
}

type Start = (body: (...args: never) => Operation<void>, ...args: unknown[]) => Task<unknown>;

function* sieve(
  start: Start,
  length: number,
  capacity: number,
): Operation<{ primes: number[]; last: Receiver<number> }> {
  const first = channel<number>(capacity);
  start(count, first);
  let source: Receiver<number> = first;
  const primes: number[] = [];
  while (primes.length < length) {
    const prime = yield* source.receive();
    primes.push(prime);
    const next = channel<number>(capacity);
    start(sift, source, next, prime);
    source = next;
  }
  return { primes, last: source };
}

const expected = primesByHand(200);

for (const capacity of [0, 1, 16]) {
  test(`the first 200 primes come out of a chain of filters that are daemons (capacity ${capacity})`, async () => {
    const primes = await simulate(function* () {
      return yield* group(function* (g) {
        return (yield* sieve((body, ...args) => g.daemon(body as never, ...(args as never[])), 200, capacity)).primes;
      });
    });
    assert.deepEqual(primes, expected);
  });

  test(`the chain is taken down by its last receiver, filter by filter (capacity ${capacity})`, async () => {
    const tasks: Task<unknown>[] = [];
    const primes = await simulate(function* () {
      const start: Start = (body, ...args) => {
        const task = go(body as (...args: unknown[]) => Operation<void>, ...args);
        tasks.push(task);
        return task;
      };
      const { primes, last } = yield* sieve(start, 200, capacity);
      last.cancel();
      return primes;
    });
    assert.deepEqual(primes, expected);
    assert.equal(tasks.length, 201);
    assert.deepEqual(new Set(tasks.map((task) => task.status)), new Set(["cancelled"]));
  });
}

test("the primes do not depend on the order of tasks", async () => {
  for (let seed = 0; seed < 20; seed++) {
    const primes = await simulate(
      function* () {
        return yield* group(function* (g) {
          return (yield* sieve((body, ...args) => g.daemon(body as never, ...(args as never[])), 25, seed % 3)).primes;
        });
      },
      { seed },
    );
    assert.deepEqual(primes, expected.slice(0, 25));
  }
});
