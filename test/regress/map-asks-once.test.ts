// A worker of map looked whether another one was asking the source, and then gave up its turn before it asked: two asked at once, and results changed places.

import assert from "node:assert/strict";
import { test } from "node:test";
import { channel, go, map, yieldNow } from "offshoot";
import { explored } from "../support/explored.ts";

test("in every order only one worker asks, never after the end, and results keep the order of the items", async () => {
  await explored(1_000, () => {
    let asking = 0;
    let n = 0;
    const source: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => ({
        async next() {
          assert.equal(++asking, 1);
          assert.ok(n <= 6, "asked after the end");
          await null;
          asking--;
          return n++ < 6 ? { done: false, value: n } : { done: true, value: undefined };
        },
      }),
    };
    return function* () {
      const out = yield* map(
        source,
        function* (item) {
          yield* yieldNow();
          return item;
        },
        { concurrency: 3 },
      );
      assert.deepEqual(out, [1, 2, 3, 4, 5, 6]);
    };
  });
});

test("the same with a receiver", async () => {
  await explored(1_000, (watch) => {
    const ch = watch(channel<number>());
    return function* () {
      go(function* () {
        for (let n = 0; n < 6; n++) yield* ch.send(n);
        ch.close();
      });
      const out = yield* map(ch, (item) => item, { concurrency: 3 });
      assert.deepEqual(out, [0, 1, 2, 3, 4, 5]);
    };
  });
});
