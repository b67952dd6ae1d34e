// Where a few milliseconds more made no difference to the clock any more, as after a sleep of 1e30 ms on virtual time, tasks were never run again.

import assert from "node:assert/strict";
import { test } from "node:test";
import { go, now, sleep, ticker, timer } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";

test("a simulation goes on after the longest sleep there can be", async () => {
  for (const ms of [2 ** 53, 1e30, Number.MAX_VALUE]) {
    await simulate(function* () {
      yield* sleep(5);
      const t = timer(ms);
      yield* sleep(ms);
      assert.equal(now(), ms + 5);
      assert.equal(yield* t.fired, ms + 5);
      const tasks = [go(() => sleep(0)), go(() => ticker(ms).receive())];
      tasks[1]?.cancel();
      yield* tasks[0] ?? sleep(0);
    });
  }
});

test("a ticker beats where its beats cannot be told apart", async () => {
  await simulate(function* () {
    const beats = ticker(1);
    yield* sleep(1e30);
    assert.equal(yield* beats.receive(), 1e30);
    const tasks = [go(() => beats.receive()), go(() => beats.next())];
    for (const task of tasks) yield* task;
  });
});
