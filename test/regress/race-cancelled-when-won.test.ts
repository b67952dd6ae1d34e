// A race that was cancelled while it awaited the cleanup of the losers threw its result away, and with it a value that had been received.

import assert from "node:assert/strict";
import { test } from "node:test";
import { any, channel, go, never, type Operation, race, shield, sleep } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";

function* slowToLeave(): Operation<never> {
  try {
    return yield* never;
  } finally {
    yield* shield(sleep(10));
  }
}

test("a race that is won delivers its value, although it is cancelled while the losers clean up", async () => {
  await simulate(function* () {
    for (const several of [race, any]) {
      const ch = channel<number>();
      const task = go(() => several([ch.receive(), slowToLeave()]));
      yield* sleep(1);
      yield* ch.send(5);
      yield* sleep(1);
      task.cancel();
      assert.equal(yield* task, 5);
    }
  });
});

test("the same when a composed operation has won", async () => {
  await simulate(function* () {
    for (const several of [race, any]) {
      const ch = channel<number>();
      const winner = function* (): Operation<number> {
        return yield* ch.receive();
      };
      const task = go(() => several([winner(), slowToLeave()]));
      yield* sleep(1);
      yield* ch.send(5);
      yield* sleep(1);
      task.cancel();
      assert.equal(yield* task, 5);
    }
  });
});
