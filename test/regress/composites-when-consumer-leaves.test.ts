// A ClosedError of a consumer that had left became a TaskCancelledError in all, settle, race and map, so that a producer which sent through them failed
// where one that sends by itself ends cancelled.

import assert from "node:assert/strict";
import { test } from "node:test";
import { all, any, ClosedError, channel, go, map, type Operation, race, settle, sleep } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught } from "../support/caught.ts";

/** A channel whose consumer has left. */
function abandoned(): { send(value: number): Operation<void> } {
  const ch = channel<number>();
  ch.cancel();
  return {
    *send(value) {
      yield* ch.send(value);
    },
  };
}

test("what a branch throws because its consumer has left is thrown as it is", async () => {
  await simulate(function* () {
    const gone = abandoned();
    yield* caught(ClosedError, all([gone.send(1), sleep(5)]));
    yield* caught(ClosedError, race([gone.send(1), sleep(5)]));
    yield* caught(
      ClosedError,
      map([1], (n) => gone.send(n), { concurrency: 2 }),
    );
    const [settled] = yield* settle([gone.send(1)]);
    assert.ok(settled?.status === "rejected" && settled.reason instanceof ClosedError);
    const error = yield* caught(AggregateError, any([gone.send(1)]));
    assert.ok(error.errors[0] instanceof ClosedError);
  });
});

test("a producer that sends to two consumers at once ends cancelled when one leaves", async () => {
  await simulate(function* () {
    const [a, b] = [channel<number>(), channel<number>()];
    const producer = go(function* () {
      for (let n = 0; ; n++) yield* all([a.send(n), b.send(n)]);
    });
    yield* all([a.receive(), b.receive()]);
    a.cancel();
    yield* sleep(1);
    assert.equal(producer.status, "cancelled");
  });
});
