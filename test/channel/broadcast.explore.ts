// A broadcast in some thousand orders: every subscriber sees the same values in the same order, whoever leaves or is cancelled meanwhile.

import assert from "node:assert/strict";
import { test } from "node:test";
import { broadcast, go, TaskCancelledError, yieldNow } from "offshoot";
import { explored } from "../support/explored.ts";

test("subscribers that are waited for see everything, in one order", async () => {
  await explored(1_000, (watch) => {
    const hub = watch(broadcast<string>({ buffer: 1 }));
    return function* () {
      const subscriptions = [hub.subscribe(), hub.subscribe({ buffer: 2 })];
      const readers = subscriptions.map((from) =>
        go(function* () {
          const seen: string[] = [];
          for (let next = yield* from.next(); !next.done; next = yield* from.next()) seen.push(next.value);
          return seen.join();
        }),
      );
      const senders = ["a", "b"].map((name) =>
        go(function* () {
          for (let n = 0; n < 3; n++) yield* hub.send(name + n);
        }),
      );
      for (const sender of senders) yield* sender;
      hub.close();
      const [one, two] = [yield* readers[0] as (typeof readers)[0], yield* readers[1] as (typeof readers)[0]];
      assert.equal(one, two);
      assert.equal(one.split(",").length, 6);
    };
  });
});

test("one that leaves and a sender that is cancelled, in any order, hold nobody up", async () => {
  const outcomes = await explored(1_500, (watch) => {
    const hub = watch(broadcast<number>({ buffer: 1 }));
    return function* () {
      const leaver = hub.subscribe();
      const from = hub.subscribe();
      const reader = go(function* () {
        let count = 0;
        while (!(yield* from.next()).done) count++;
        return count;
      });
      const sender = go(function* () {
        for (let n = 0; n < 4; n++) yield* hub.send(n);
      });
      go(() => leaver.cancel());
      yield* yieldNow();
      sender.cancel();
      try {
        yield* sender;
      } catch (error) {
        assert.ok(error instanceof TaskCancelledError);
      }
      hub.close();
      return yield* reader;
    };
  });
  assert.ok(outcomes.size >= 2, [...outcomes.keys()].join());
});
