// Of many operations that were awaited while ready, every 128th was settled after a turn of the event loop, and those behind it before: out of order.

import assert from "node:assert/strict";
import { test } from "node:test";
import { channel, type Receiver, run } from "offshoot";

const MANY = 1_000;

const numbers = Array.from({ length: MANY }, (_, i) => i);

function filled(): Receiver<number> {
  const ch = channel<number>(MANY);
  for (const n of numbers) ch.trySend(n);
  return ch;
}

test("ready operations awaited outside tasks settle in order", async () => {
  const ch = filled();
  const got: number[] = [];
  await Promise.all(numbers.map(() => ch.receive().then((n) => got.push(n))));
  assert.deepEqual(got, numbers);
});

test("ready operations awaited in an async body settle in order", async () => {
  const ch = filled();
  const got: number[] = [];
  await run(async () => {
    await Promise.all(numbers.map(() => ch.receive().then((n) => got.push(n))));
  });
  assert.deepEqual(got, numbers);
});

test("operations awaited while others are being put off settle behind them", async () => {
  const ch = filled();
  const got: number[] = [];
  const ends: Promise<unknown>[] = [];
  const receive = (): void => void ends.push(ch.receive().then((n) => got.push(n)));
  for (let i = 0; i < MANY; i += 50) {
    for (let n = 0; n < 50; n++) receive();
    await null; // microtasks go on, and the event loop does not turn
  }
  await Promise.all(ends);
  assert.deepEqual(got, numbers);
});
