// Channels of every kind against a plain queue, in thousands of orders: nothing is lost, doubled or overtaken, and the invariants hold after every step.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ClosedError,
  channel,
  dropping,
  go,
  type Operation,
  select,
  sliding,
  TaskCancelledError,
  unbounded,
  yieldNow,
} from "offshoot";
import { explored } from "../support/explored.ts";

for (const capacity of [0, 1, 2, 5]) {
  test(`two senders and two receivers over a buffer of ${capacity} pass each value once, each sender's in order`, async () => {
    await explored(800, (watch) => {
      const ch = watch(channel<number>(capacity));
      return function* () {
        const got: number[][] = [[], []];
        const senders = [0, 100].map((base) =>
          go(function* () {
            for (let n = 0; n < 4; n++) yield* ch.send(base + n);
          }),
        );
        const receivers = got.map((mine) =>
          go(function* () {
            for (;;) {
              const next = yield* ch.next();
              if (next.done) return;
              mine.push(next.value);
            }
          }),
        );
        for (const sender of senders) yield* sender;
        ch.close();
        for (const receiver of receivers) yield* receiver;
        assert.deepEqual(
          got.flat().sort((a, b) => a - b),
          [0, 1, 2, 3, 100, 101, 102, 103],
        );
        for (const mine of got)
          for (const base of [0, 100]) {
            const from = mine.filter((n) => Math.floor(n / 100) * 100 === base);
            assert.deepEqual(
              from,
              [...from].sort((a, b) => a - b),
            );
          }
        assert.equal(ch.stats().received, 8);
      };
    });
  });
}

test("a receiver that is cancelled in any order has either taken the value or left it", async () => {
  const outcomes = await explored(2_000, (watch) => {
    const ch = watch(channel<string>());
    return function* () {
      const log: string[] = [];
      const first = go(function* () {
        log.push(yield* ch.receive());
      });
      const second = go(() => ch.receive());
      const sender = go(() => ch.send("a"));
      yield* yieldNow();
      first.cancel();
      try {
        yield* first;
      } catch (error) {
        assert.ok(error instanceof TaskCancelledError);
      }
      const one = log[0] ?? "nothing";
      if (one === "a") yield* ch.send("b");
      const two = yield* second;
      yield* sender;
      assert.equal(ch.stats().received, one === "nothing" ? 1 : 2);
      return [one, two];
    };
  });
  const seen = [...outcomes.keys()].sort();
  assert.ok(seen.includes('["nothing","a"]') && seen.includes('["a","b"]'), seen.join());
  assert.ok(
    seen.every((pair) => ['["nothing","a"]', '["a","b"]'].includes(pair)),
    seen.join(),
  );
});

test("a sender that is cancelled in any order has either given its value or kept it", async () => {
  const outcomes = await explored(1_500, (watch) => {
    const ch = watch(channel<number>(1));
    return function* () {
      let given = 0;
      const sender = go(function* () {
        for (; given < 3; given++) yield* ch.send(given);
      });
      const got = go(function* () {
        const all: number[] = [];
        for (;;) {
          const next = yield* ch.next();
          if (next.done) return all;
          all.push(next.value);
        }
      });
      yield* yieldNow();
      sender.cancel();
      try {
        yield* sender;
      } catch (error) {
        assert.ok(error instanceof TaskCancelledError);
      }
      ch.close();
      assert.equal((yield* got).length, given);
      return given;
    };
  });
  assert.ok(outcomes.size >= 3, [...outcomes.keys()].join());
});

test("close and cancel beside a send and a receive, in any order, account for every value", async () => {
  for (const end of ["close", "cancel"] as const) {
    await explored(1_000, (watch) => {
      const ch = watch(channel<number>(1));
      return function* () {
        let given = 0;
        let taken = 0;
        const sender = go(function* () {
          try {
            for (; given < 3; given++) yield* ch.send(given);
          } catch (error) {
            assert.ok(error instanceof ClosedError);
          }
        });
        const receiver = go(function* () {
          while (!(yield* ch.next()).done) taken++;
        });
        yield* yieldNow();
        ch[end]();
        yield* sender;
        yield* receiver;
        const { sent, received, dropped } = ch.stats();
        assert.deepEqual({ sent, received, dropped }, { sent: given, received: taken, dropped: given - taken });
        if (end === "close") assert.equal(dropped, 0);
      };
    });
  }
});

test("a select between a send and a receive meets its peer in any order, and commits one side", async () => {
  const outcomes = await explored(1_500, (watch) => {
    const [a, b] = [watch(channel<string>()), watch(channel<string>())];
    const both = function* (name: string): Operation<string> {
      const got = yield* select({ in: a.receive(), out: b.send(name) });
      return got.key === "in" ? `got ${got.value}` : "sent";
    };
    return function* () {
      const selector = go(both, "x");
      const other = go(function* () {
        const got = yield* select({ out: a.send("y"), in: b.receive() });
        return got.key === "in" ? `got ${got.value}` : "sent";
      });
      const pair = [yield* selector, yield* other];
      assert.deepEqual([a.stats().waitingReceivers, b.stats().waitingSenders], [0, 0]);
      return pair.join(", ");
    };
  });
  assert.deepEqual([...outcomes.keys()].sort(), ['"got y, sent"', '"sent, got x"']);
});

test("two selects that each send and receive on one channel meet each other, never themselves", async () => {
  await explored(1_000, (watch) => {
    const ch = watch(channel<number>());
    const both = (n: number) => select({ in: ch.receive(), out: ch.send(n) });
    return function* () {
      const [one, two] = [go(() => both(1)), go(() => both(2))];
      const [first, second] = [yield* one, yield* two];
      assert.notEqual(first.key, second.key);
      const got = first.key === "in" ? { by: 1, value: first.value } : { by: 2, value: second.value };
      assert.equal(got.value, 3 - got.by);
    };
  });
});

test("buffers that never let a sender wait account for every value", async () => {
  for (const policy of [dropping(2), sliding(2), unbounded()]) {
    await explored(400, (watch) => {
      const ch = watch(channel<number>(policy));
      return function* () {
        const sender = go(function* () {
          for (let n = 0; n < 6; n++) yield* ch.send(n);
          ch.close();
        });
        const got: number[] = [];
        for (let next = yield* ch.next(); !next.done; next = yield* ch.next()) got.push(next.value);
        yield* sender;
        assert.deepEqual(
          got,
          [...got].sort((x, y) => x - y),
        );
        const { sent, received, dropped } = ch.stats();
        assert.deepEqual([sent, received, sent - dropped], [6, got.length, got.length]);
      };
    });
  }
});
