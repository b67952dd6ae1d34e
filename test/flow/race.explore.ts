// race and any in some thousand orders: who wins, what the losers have done, and that no value is lost over leaves.

import assert from "node:assert/strict";
import { test } from "node:test";
import { any, channel, go, type Operation, race, shield, sleep, TaskCancelledError, yieldNow } from "offshoot";
import { explored } from "../support/explored.ts";

test("leaves against leaves: one value is taken, the other is still there", async () => {
  const outcomes = await explored(1_500, (watch) => {
    const [a, b] = [watch(channel<string>()), watch(channel<string>())];
    return function* () {
      const racer = go(() => race([a.receive(), b.receive()]));
      const senders = [go(() => a.send("a")), go(() => b.send("b"))];
      const first = yield* racer;
      const rest = yield* (first === "a" ? b : a).receive();
      for (const sender of senders) yield* sender;
      return `${first} then ${rest}`;
    };
  });
  assert.deepEqual([...outcomes.keys()].sort(), ['"a then b"', '"b then a"']);
});

for (const [name, first] of [
  ["race", race],
  ["any", any],
] as const) {
  test(`${name} of a leaf and a composed operation: the leaf has taken its value if it won, and else has not`, async () => {
    const outcomes = await explored(2_500, (watch) => {
      const [a, b] = [watch(channel<string>(1)), watch(channel<string>(1))];
      return function* () {
        const composed = function* (): Operation<string> {
          yield* yieldNow();
          return yield* b.receive();
        };
        const racer = go(() => first([a.receive(), composed()]));
        go(() => a.send("a"));
        go(() => b.send("b"));
        const got = yield* racer;
        yield* sleep(1);
        assert.equal(a.length, got === "a" ? 0 : 1);
        assert.equal(a.stats().waitingReceivers + b.stats().waitingReceivers, 0);
        return got;
      };
    });
    assert.deepEqual([...outcomes.keys()].sort(), ['"a"', '"b"']);
  });

  test(`${name} that is cancelled in any order delivers what its leaf has taken, or has taken nothing`, async () => {
    const outcomes = await explored(2_500, (watch) => {
      const ch = watch(channel<string>());
      return function* () {
        const slow = function* (): Operation<string> {
          try {
            yield* sleep(1_000);
          } finally {
            yield* shield(yieldNow());
            yield* shield(sleep(1));
          }
          return "slow";
        };
        const racer = go(() => first([slow(), ch.receive()]));
        const sender = go(function* () {
          return yield* race([ch.send("value").map(() => "sent"), sleep(10).map(() => "kept")]);
        });
        yield* yieldNow();
        racer.cancel();
        let got = "cancelled";
        try {
          got = yield* racer;
        } catch (error) {
          assert.ok(error instanceof TaskCancelledError);
        }
        const sent = yield* sender;
        assert.equal(got === "value", sent === "sent", `${got}, ${sent}`);
        return got;
      };
    });
    assert.deepEqual([...outcomes.keys()].sort(), ['"cancelled"', '"value"']);
  });
}

test("two composed operations: one result, and nothing of the loser goes on", async () => {
  const outcomes = await explored(1_500, () => {
    let live = 0;
    const op = function* (name: string): Operation<string> {
      live++;
      try {
        go(function* () {
          live++;
          try {
            yield* yieldNow();
          } finally {
            live--;
          }
        });
        yield* yieldNow();
        return name;
      } finally {
        live--;
      }
    };
    return function* () {
      const got = yield* race([op("a"), op("b")]);
      assert.equal(live, 0);
      return got;
    };
  });
  assert.deepEqual([...outcomes.keys()].sort(), ['"a"', '"b"']);
});

test("any: failures and a success in any order give the success, or all errors in the order given", async () => {
  const outcomes = await explored(2_000, (watch) => {
    const closed = watch(channel<string>());
    const open = watch(channel<string>(1));
    return function* () {
      const fails = function* (): Operation<string> {
        yield* yieldNow();
        throw new Error("composed");
      };
      go(() => closed.close(new Error("leaf")));
      const closing = go(function* () {
        if (yield* race([open.send("value").map(() => false), yieldNow().map(() => true)]))
          open.close(new Error("open"));
      });
      let got: string;
      try {
        got = yield* any([closed.receive(), fails(), open.receive()]);
      } catch (error) {
        assert.ok(error instanceof AggregateError);
        got = error.errors.map((one: Error) => one.message).join(", ");
      }
      yield* closing;
      return got;
    };
  });
  assert.deepEqual([...outcomes.keys()].sort(), ['"leaf, composed, open"', '"value"']);
});
