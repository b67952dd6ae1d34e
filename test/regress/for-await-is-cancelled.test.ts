// A `for await` over a channel in an async body was out of reach of cancellation: from its second round on no task had made the operation it waited for.

import assert from "node:assert/strict";
import { test } from "node:test";
import { broadcast, channel, go, type Receiver, sleep, TaskCancelledError } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught } from "../support/caught.ts";

for (const values of [0, 1, 3]) {
  test(`a for await in an async body is reached by cancellation after ${values} values`, async () => {
    await simulate(function* () {
      const ch = channel<number>(3);
      const got: number[] = [];
      const log: string[] = [];
      const task = go(async () => {
        try {
          for await (const n of ch) got.push(n);
        } finally {
          log.push("cleanup");
        }
      });
      yield* sleep(1);
      for (let n = 0; n < values; n++) {
        yield* ch.send(n);
        yield* sleep(1);
      }
      task.cancel("stop");
      const error = yield* caught(TaskCancelledError, task);
      assert.equal(error.reason, "stop");
      assert.equal(got.length, values);
      assert.deepEqual(log, ["cleanup"]);
      assert.equal(ch.stats().waitingReceivers, 0);
    });
  });
}

test("a for await over a subscription in an async body is reached by cancellation", async () => {
  await simulate(function* () {
    const news = broadcast<number>();
    const subscription: Receiver<number> = news.subscribe();
    let got = 0;
    const task = go(async () => {
      for await (const _ of subscription) got++;
    });
    yield* sleep(1);
    yield* news.send(1);
    yield* sleep(1);
    task.cancel("stop");
    yield* caught(TaskCancelledError, task);
    assert.equal(got, 1);
  });
});
