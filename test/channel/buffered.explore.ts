// A channel with a buffer, in all orders of two or three tasks.

import assert from "node:assert/strict";
import { test } from "node:test";
import { channel, go, group, named, select, sleep } from "offshoot";
import { comesTo, ending, Line } from "../support/outcomes.ts";

for (const capacity of [1, 2])
  test(`a sender is never more than a buffer of ${capacity} ahead, and values stay in order`, async () => {
    await comesTo([[1, 2, 3]], (watch) => {
      const ch = watch(channel<number>(capacity));
      return function* () {
        const got: number[] = [];
        yield* group((g) => {
          g.go(function* () {
            for (const n of [1, 2, 3]) {
              yield* ch.send(n);
              assert.ok(n - ch.stats().received <= capacity);
            }
          });
          g.go(function* () {
            for (const _ of [1, 2, 3]) got.push(yield* ch.receive());
          });
        });
        return got;
      };
    });
  });

test("senders that wait for room get it in the order they came, behind what is in the buffer", async () => {
  await comesTo(["0ab", "0ba"], (watch) => {
    const ch = watch(channel<string>(1));
    const line = new Line(watch);
    return function* () {
      let got = "";
      yield* ch.send("0");
      yield* group(function* (g) {
        for (const name of ["a", "b"]) line.add(g.go(named(name, () => ch.send(name))));
        yield* sleep(1); // until both wait
        assert.deepEqual([ch.length, ch.stats().waitingSenders], [1, 2]);
        got += yield* ch.receive();
        assert.deepEqual([ch.length, ch.stats().waitingSenders], [1, 1]); // moved up in the same step
        for (const _ of [1, 2]) got += yield* ch.receive();
      });
      assert.equal(got, `0${line.came.join("")}`);
      return got;
    };
  });
});

test("a sender cancelled while it waits for room has given nothing, and the next one moves up", async () => {
  await comesTo(["sent, 0 a b", "cancelled, 0 b"], (watch) => {
    const ch = watch(channel<string>(1));
    return function* () {
      yield* ch.send("0");
      const first = go(() => ch.send("a").map(() => "sent"));
      yield* sleep(1); // until it waits
      const next = go(() => ch.send("b"));
      go(() => first.cancel());
      const got = [yield* ch.receive(), yield* ch.receive()];
      const how = yield* ending(first);
      if (how === "sent") got.push(yield* ch.receive());
      yield* next;
      assert.deepEqual([ch.length, ch.stats().sent], [0, got.length]);
      return `${how}, ${got.join(" ")}`;
    };
  });
});

test("a receiver cancelled while it waits has taken nothing, and the value goes to the next one or the buffer", async () => {
  await comesTo(["a, b", "cancelled, a"], (watch) => {
    const ch = watch(channel<string>(1));
    return function* () {
      const first = go(() => ch.receive());
      yield* sleep(1); // until it waits
      go(() => ch.send("a"));
      go(() => first.cancel());
      const how = yield* ending(first);
      if (how === "a") yield* ch.send("b");
      const next = yield* ch.receive();
      assert.equal(ch.length, 0);
      return `${how}, ${next}`;
    };
  });
});

test("a select that sends into the last place or receives from another channel does one of them", async () => {
  await comesTo(["in", "out"], (watch) => {
    const [a, b] = [watch(channel<string>(1)), watch(channel<string>(1))];
    return function* () {
      yield* b.send("full");
      const chooses = go(() => select({ in: a.receive(), out: b.send("out") }));
      go(() => a.send("in"));
      go(() => b.receive());
      const { key } = yield* chooses;
      yield* sleep(1); // until all is over
      assert.deepEqual([a.length, b.length], key === "in" ? [0, 0] : [1, 1]);
      return key;
    };
  });
});

test("two selects over two buffers with one value each take one each", async () => {
  await comesTo(["a b", "b a"], (watch) => {
    const [a, b] = [watch(channel<void>(1)), watch(channel<void>(1))];
    return function* () {
      const one = go(() => select({ a: a.receive(), b: b.receive() }).map(({ key }) => key));
      const other = go(() => select({ b: b.receive(), a: a.receive() }).map(({ key }) => key));
      go(() => a.send());
      go(() => b.send());
      const keys = `${yield* one} ${yield* other}`;
      assert.deepEqual([a.stats().waitingReceivers, b.stats().waitingReceivers], [0, 0]);
      return keys;
    };
  });
});
