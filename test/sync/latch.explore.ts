// Latch in all orders of two or three tasks.

import assert from "node:assert/strict";
import { test } from "node:test";
import { channel, go, group, Latch, select } from "offshoot";
import { comesTo, ending } from "../support/outcomes.ts";

test("nobody passes a latch before it is opened, and everybody after", async () => {
  await comesTo(["passed"], (watch) => {
    const latch = watch(new Latch());
    return function* () {
      yield* group((g) => {
        for (const _ of [1, 2])
          g.go(function* () {
            yield* latch.wait();
            assert.ok(latch.isOpen);
            yield* latch.wait();
          });
        for (const _ of [1, 2]) g.go(() => latch.open());
      });
      return "passed";
    };
  });
});

test("a waiter that is cancelled leaves the latch shut for the others", async () => {
  await comesTo(["passed passed", "cancelled passed"], (watch) => {
    const latch = watch(new Latch());
    return function* () {
      const [waits, next] = ["passed", "passed"].map((how) => go(() => latch.wait().map(() => how)));
      go(() => waits!.cancel());
      go(() => latch.open());
      const how = `${yield* ending(waits!)} ${yield* ending(next!)}`;
      assert.ok(latch.isOpen);
      return how;
    };
  });
});

test("a select passes the latch or takes the message, and leaves the other one alone", async () => {
  await comesTo(["open", "message"], (watch) => {
    const latch = watch(new Latch());
    const ch = watch(channel<string>());
    return function* () {
      const chooses = go(() => select({ open: latch.wait(), message: ch.receive() }));
      const sends = go(() => ch.send("hello"));
      go(() => latch.open());
      const { key } = yield* chooses;
      if (key === "open") assert.equal(yield* ch.receive(), "hello");
      yield* sends;
      yield* latch.wait();
      return key;
    };
  });
});

test("two selects, each at both of two latches, pass those that are opened", async () => {
  await comesTo(["a a", "a b", "b a", "b b"], (watch) => {
    const [a, b] = [watch(new Latch()), watch(new Latch())];
    return function* () {
      const one = go(() => select({ a: a.wait(), b: b.wait() }).map(({ key }) => key));
      const other = go(() => select({ b: b.wait(), a: a.wait() }).map(({ key }) => key));
      go(() => a.open());
      go(() => b.open());
      return `${yield* one} ${yield* other}`;
    };
  });
});
