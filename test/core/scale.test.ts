// Numbers that would end a recursive implementation: chains, rings and crowds.
// own process: fills the memory

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  always,
  Cancelled,
  channel,
  go,
  type Operation,
  type Receiver,
  run,
  TaskCancelledError,
  yieldNow,
} from "offshoot";
import { caught, rejected } from "../support/caught.ts";

function* nested(depth: number): Operation<number> {
  return depth === 0 ? 0 : 1 + (yield* go(nested, depth - 1));
}

test("a chain of a million tasks, each joining the next, ends", async () => {
  assert.equal(await run(() => nested(1_000_000)), 1_000_000);
});

test("a million tasks whose bodies have returned end through their owners", async () => {
  let ended = 0;
  const body = (depth: number): void => {
    ended++;
    if (depth > 0) go(body, depth - 1);
  };
  await run(() => body(1_000_000));
  assert.equal(ended, 1_000_001);
});

test("a million operations ready at once complete", async () => {
  const total = await run(function* () {
    let sum = 0;
    for (let n = 0; n < 1_000_000; n++) sum += yield* always(1);
    return sum;
  });
  assert.equal(total, 1_000_000);
});

test("a value goes round a ring of 100 000 tasks", async () => {
  const size = 100_000;
  const value = await run(function* () {
    const first = channel<number>();
    let from: Receiver<number> = first;
    for (let i = 0; i < size; i++) {
      const to = channel<number>();
      go(function* (left: Receiver<number>) {
        yield* to.send((yield* left.receive()) + 1);
      }, from);
      from = to;
    }
    yield* first.send(0);
    return yield* from.receive();
  });
  assert.equal(value, size);
});

test("cancelling a chain of 100 000 tasks reaches the last", async () => {
  let reached = 0;
  await run(function* () {
    const silent = channel<never>();
    const chain = function* (depth: number): Operation<void> {
      try {
        if (depth === 0) yield* silent.receive();
        else yield* go(chain, depth - 1);
      } catch (error) {
        if (error instanceof Cancelled) reached++;
        throw error;
      }
    };
    const top = go(chain, 100_000);
    while (silent.stats().waitingReceivers === 0) yield* yieldNow();
    top.cancel();
    yield* caught(TaskCancelledError, top);
  });
  assert.equal(reached, 100_001);
});

test("a failure rises through a chain of 100 000 owners as one error", async () => {
  const boom = new RangeError("boom");
  const failing = function* (depth: number): Operation<void> {
    if (depth === 0) throw boom;
    yield* go(failing, depth - 1);
  };
  assert.equal(
    await rejected(
      RangeError,
      run(() => failing(100_000)),
    ),
    boom,
  );
});

test("100 000 receivers on one channel are all told of its end", async () => {
  await run(function* () {
    const ch = channel<number>();
    const tasks = Array.from({ length: 100_000 }, () => go(() => ch.next()));
    yield* yieldNow();
    ch.close();
    for (const task of tasks) assert.equal((yield* task).done, true);
  });
});
