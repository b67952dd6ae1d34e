// A channel without a buffer, in all orders of two or three tasks.

import assert from "node:assert/strict";
import { test } from "node:test";
import { channel, go, group, named, select, sleep } from "offshoot";
import { comesTo, ending, Line } from "../support/outcomes.ts";

test("a send and a receive meet, whoever comes first, and values stay in order", async () => {
  await comesTo([["a", "b"]], (watch) => {
    const ch = watch(channel<string>());
    return function* () {
      const got: string[] = [];
      yield* group((g) => {
        g.go(function* () {
          yield* ch.send("a");
          assert.ok(got.length <= 1);
          yield* ch.send("b");
        });
        g.go(function* () {
          got.push(yield* ch.receive());
          got.push(yield* ch.receive());
        });
      });
      assert.deepEqual({ ...ch.stats() }, { sent: 2, received: 2, dropped: 0, waitingSenders: 0, waitingReceivers: 0 });
      return got;
    };
  });
});

test("senders in line are served in the order they came", async () => {
  await comesTo(["abc", "acb", "bac", "bca", "cab", "cba"], (watch) => {
    const ch = watch(channel<string>());
    const line = new Line(watch);
    return function* () {
      let got = "";
      yield* group(function* (g) {
        for (const name of ["a", "b", "c"]) line.add(g.go(named(name, () => ch.send(name))));
        yield* sleep(1); // until all of them wait
        assert.equal(ch.stats().waitingSenders, 3);
        for (const _ of [1, 2, 3]) got += yield* ch.receive();
      });
      assert.equal(got, line.came.join(""));
      return got;
    };
  });
});

test("receivers in line are served in the order they came", async () => {
  await comesTo(
    [
      { a: 1, b: 2 },
      { a: 2, b: 1 },
    ],
    (watch) => {
      const ch = watch(channel<number>());
      const line = new Line(watch);
      return function* () {
        const got: Record<string, number> = {};
        yield* group(function* (g) {
          for (const name of ["a", "b"])
            line.add(
              g.go(
                named(name, function* () {
                  got[name] = yield* ch.receive();
                }),
              ),
            );
          yield* sleep(1); // until both wait
          assert.equal(ch.stats().waitingReceivers, 2);
          for (const n of [1, 2]) assert.ok(ch.trySend(n));
          assert.equal(ch.trySend(3), false);
        });
        assert.deepEqual(
          line.came.map((name) => got[name]),
          [1, 2],
        );
        return got;
      };
    },
  );
});

test("a receiver that is cancelled has taken the value, or left it to the next one", async () => {
  await comesTo(["a, b", "cancelled, a"], (watch) => {
    const ch = watch(channel<string>());
    return function* () {
      const first = go(() => ch.receive());
      yield* sleep(1); // until it waits
      const next = go(() => ch.receive());
      go(() => ch.send("a"));
      go(() => first.cancel());
      const how = yield* ending(first);
      if (how === "a") yield* ch.send("b");
      const pair = `${how}, ${yield* next}`;
      const { received, waitingReceivers } = ch.stats();
      assert.deepEqual([received, waitingReceivers], [how === "a" ? 2 : 1, 0]);
      return pair;
    };
  });
});

test("a sender that is cancelled has given its value, or kept it and made room for the next one", async () => {
  await comesTo(["sent, a b", "cancelled, b"], (watch) => {
    const ch = watch(channel<string>());
    return function* () {
      const first = go(() => ch.send("a").map(() => "sent"));
      yield* sleep(1); // until it waits
      const next = go(() => ch.send("b"));
      go(() => first.cancel());
      const got = [yield* ch.receive()];
      const how = yield* ending(first);
      if (got[0] === "a") got.push(yield* ch.receive());
      yield* next;
      assert.equal(ch.stats().sent, got.length);
      return `${how}, ${got.join(" ")}`;
    };
  });
});

test("a sender and a receiver cancelled at once: both have done it, or neither", async () => {
  await comesTo(["met", "not met"], (watch) => {
    const ch = watch(channel<string>());
    return function* () {
      const sends = go(() => ch.send("a").map(() => "met"));
      const receives = go(() => ch.receive().map(() => "met"));
      go(() => receives.cancel());
      go(() => sends.cancel());
      const [sent, received] = [yield* ending(sends), yield* ending(receives)];
      assert.equal(sent, received);
      const { waitingSenders, waitingReceivers } = ch.stats();
      assert.deepEqual([ch.stats().sent, waitingSenders, waitingReceivers], [sent === "met" ? 1 : 0, 0, 0]);
      return sent === "met" ? "met" : "not met";
    };
  });
});

test("a select gives or takes with one of two peers, and the other one still waits", async () => {
  await comesTo(["in", "out"], (watch) => {
    const [a, b] = [watch(channel<string>()), watch(channel<string>())];
    return function* () {
      const chooses = go(() => select({ in: a.receive(), out: b.send("out") }));
      const gives = go(() => a.send("in"));
      const takes = go(() => b.receive());
      const { key } = yield* chooses;
      yield* sleep(1); // until both peers wait, or have met it
      assert.deepEqual([a.stats().waitingSenders, b.stats().waitingReceivers], key === "in" ? [0, 1] : [1, 0]);
      if (key === "in") {
        yield* b.send("late");
        assert.equal(yield* takes, "late");
      } else assert.equal(yield* a.receive(), "in");
      yield* gives;
      return key;
    };
  });
});

test("two selects that each send and receive on one channel meet each other, never themselves", async () => {
  await comesTo(["in 2, out", "out, in 1"], (watch) => {
    const ch = watch(channel<number>());
    return function* () {
      const both = (n: number) => () =>
        select({ in: ch.receive(), out: ch.send(n) }).map(({ key, value }) => (key === "in" ? `in ${value}` : "out"));
      const [one, other] = [go(both(1)), go(both(2))];
      const pair = `${yield* one}, ${yield* other}`;
      assert.deepEqual({ ...ch.stats() }, { sent: 1, received: 1, dropped: 0, waitingSenders: 0, waitingReceivers: 0 });
      return pair;
    };
  });
});
