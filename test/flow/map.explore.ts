// map in some thousand orders: places, order of results, what is taken from a channel when it fails or is cancelled.

import assert from "node:assert/strict";
import { test } from "node:test";
import { channel, go, map, type Operation, sleep, TaskCancelledError, yieldNow } from "offshoot";
import { explored } from "../support/explored.ts";

test("never more calls than places, and results in the order of the items", async () => {
  const begun = await explored(2_000, () => {
    let inside = 0;
    const order: number[] = [];
    return function* () {
      const got = yield* map(
        [0, 1, 2, 3],
        function* (item) {
          order.push(item);
          assert.ok(++inside <= 2);
          go(function* () {
            yield* yieldNow();
            inside--;
          });
          yield* yieldNow();
          return item;
        },
        { concurrency: 2 },
      );
      assert.deepEqual(got, [0, 1, 2, 3]);
      return order.join("");
    };
  });
  assert.ok(begun.has('"0123"'));
});

test("two maps share a receiver: every item is taken once, in order", async () => {
  const outcomes = await explored(2_000, (watch) => {
    const ch = watch(channel<number>());
    return function* () {
      go(function* () {
        for (let n = 0; n < 5; n++) yield* ch.send(n);
        ch.close();
      });
      const echo = function* (n: number): Operation<number> {
        yield* yieldNow();
        return n;
      };
      const maps = [1, 2].map((concurrency) => go(() => map(ch, echo, { concurrency })));
      const got: number[] = [];
      for (const task of maps) {
        const mine = yield* task;
        assert.deepEqual(
          mine,
          [...mine].sort((a, b) => a - b),
        );
        got.push(...mine);
      }
      assert.deepEqual(
        got.sort((a, b) => a - b),
        [0, 1, 2, 3, 4],
      );
      return "all";
    };
  });
  assert.deepEqual([...outcomes.keys()], ['"all"']);
});

test("map that is cancelled in any order has begun a call for all it has taken, and left the rest", async () => {
  const outcomes = await explored(2_500, (watch) => {
    const ch = watch(channel<number>(8));
    let live = 0;
    return function* () {
      for (let n = 0; n < 6; n++) ch.trySend(n);
      let begun = 0;
      const task = go(() =>
        map(
          ch,
          function* () {
            begun++;
            live++;
            try {
              yield* yieldNow();
              yield* sleep(1);
            } finally {
              live--;
            }
          },
          { concurrency: 3 },
        ),
      );
      yield* yieldNow();
      yield* yieldNow();
      task.cancel();
      try {
        yield* task;
      } catch (error) {
        assert.ok(error instanceof TaskCancelledError);
      }
      assert.equal(live, 0);
      assert.equal(begun + ch.length, 6);
      assert.equal(ch.stats().waitingReceivers, 0);
      return begun;
    };
  });
  assert.ok(outcomes.size >= 3, [...outcomes.keys()].join());
});

test("a call that fails against a source that fails: no error is lost, and the source is told only if it could go on", async () => {
  const outcomes = await explored(2_000, () => {
    let ended = false;
    let told = 0;
    const source: Iterable<number> = {
      [Symbol.iterator]() {
        let n = 0;
        return {
          next() {
            assert.equal(ended, false, "asked after its end");
            if (n < 2) return { done: false, value: n++ };
            ended = true;
            throw new Error("source");
          },
          return() {
            told++;
            return { done: true, value: undefined };
          },
        };
      },
    };
    return function* () {
      try {
        yield* map(
          source,
          function* (n) {
            yield* yieldNow();
            if (n === 1) throw new Error("call");
          },
          { concurrency: 3 },
        );
      } catch (error) {
        assert.equal(told, ended ? 0 : 1);
        return error instanceof AggregateError
          ? error.errors.map((one: Error) => one.message)
          : (error as Error).message;
      }
      return assert.fail("it succeeded");
    };
  });
  assert.deepEqual([...outcomes.keys()].sort(), ['"call"', '"source"', '["source","call"]']);
});
