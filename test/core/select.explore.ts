// select in all orders of two or three tasks: nested, mapped, by priority, at once, with cases that fail, and met by another select.

import assert from "node:assert/strict";
import { test } from "node:test";
import { always, ClosedError, channel, go, never, type Operation, select, selectNow, sleep, yieldNow } from "offshoot";
import { caught } from "../support/caught.ts";
import { comesTo, ending } from "../support/outcomes.ts";

test("of several ready cases each may be taken, and with priority only the first", async () => {
  for (const [priority, outcomes] of [
    [false, ["a", "b", "c"]],
    [true, ["a"]],
  ] as const)
    await comesTo(outcomes, (watch) => {
      const [a, b, c] = [watch(channel<number>(1)), watch(channel<number>(1)), watch(channel<number>(1))];
      return function* () {
        for (const ch of [a, b, c]) yield* ch.send(1);
        const { key } = yield* select({ a: a.receive(), b: b.receive(), c: c.receive() }, { priority });
        assert.equal(a.length + b.length + c.length, 2);
        return key;
      };
    });
});

test("of two senders that come to a waiting select the first is taken, and the other one still waits", async () => {
  await comesTo([0, 1], (watch) => {
    const chs = [watch(channel<number>()), watch(channel<number>())] as const;
    return function* () {
      let first = -1;
      const chooses = go(() => select([chs[0].receive(), chs[1].receive(), never]));
      yield* sleep(1); // until it waits
      for (const [i, ch] of chs.entries())
        go(function* () {
          if (first < 0) first = i;
          if (!ch.trySend(i)) yield* ch.send(i);
        });
      const { key } = yield* chooses;
      assert.equal(key, first);
      assert.equal(yield* chs[key === 0 ? 1 : 0].receive(), 1 - first);
      return key;
    };
  });
});

test("a nested select commits one leaf in all, and leaves every other one alone", async () => {
  await comesTo(["inner a", "inner b", "c"], (watch) => {
    const [a, b, c] = [watch(channel<number>(1)), watch(channel<number>(1)), watch(channel<number>(1))];
    return function* () {
      const chooses = go(() => select({ inner: select({ a: a.receive(), b: b.receive() }), c: c.receive() }));
      for (const ch of [a, b, c]) go(() => ch.trySend(1));
      const got = yield* chooses;
      yield* sleep(1); // until all has been sent
      const taken = got.key === "c" ? c : got.value.key === "a" ? a : b;
      for (const ch of [a, b, c]) {
        assert.equal(ch.length, ch === taken ? 0 : 1);
        assert.equal(ch.stats().waitingReceivers, 0);
      }
      return got.key === "c" ? "c" : `inner ${got.value.key}`;
    };
  });
});

test("a mapped case is mapped only if it is taken, in the task that waited", async () => {
  await comesTo(["A", "b"], (watch) => {
    const [a, b] = [watch(channel<string>()), watch(channel<string>())];
    return function* () {
      let mapped = 0;
      const chooses = go(() =>
        select({
          a: a.receive().map((value) => {
            mapped++;
            return value.toUpperCase();
          }),
          b: select([b.receive()]).map(({ value }) => value),
        }),
      );
      const sends = [go(() => a.send("a")), go(() => b.send("b"))];
      const { key, value } = yield* chooses;
      assert.equal(mapped, key === "a" ? 1 : 0);
      yield* (key === "a" ? b : a).receive();
      for (const sent of sends) yield* sent;
      return value;
    };
  });
});

test("selectNow takes a case that is ready at that moment, and nothing where none is", async () => {
  await comesTo(["none", "a", "b"], (watch) => {
    const [a, b] = [watch(channel<void>()), watch(channel<void>())];
    return function* () {
      const sends = [go(() => a.send()), go(() => b.send())];
      yield* yieldNow();
      const there = [a, b].map((ch) => ch.stats().waitingSenders);
      const got = selectNow({ a: a.receive(), b: b.receive() });
      assert.equal(got === undefined, there[0] === 0 && there[1] === 0);
      if (got?.key !== "a") yield* a.receive();
      if (got?.key !== "b") yield* b.receive();
      for (const sent of sends) yield* sent;
      return got?.key ?? "none";
    };
  });
});

test("a case that fails a waiting select takes the others back", async () => {
  await comesTo(["failed", "got"], (watch) => {
    const [a, b] = [watch(channel<string>()), watch(channel<string>())];
    return function* () {
      const chooses = go(function* (): Operation<string> {
        try {
          return (yield* select({ out: select({ inner: a.send("x") }), in: b.receive() })).key === "in"
            ? "got"
            : "sent";
        } catch (error) {
          assert.ok(error instanceof ClosedError);
          return "failed";
        }
      });
      const sends = go(() => b.send("y"));
      go(() => a.cancel());
      const how = yield* chooses;
      if (how === "failed") assert.equal(yield* b.receive(), "y");
      yield* sends;
      assert.equal(b.stats().waitingReceivers, 0);
      return how;
    };
  });
});

test("a select that is cancelled has committed one case or none", async () => {
  await comesTo(["in", "out", "cancelled"], (watch) => {
    const [a, b] = [watch(channel<string>()), watch(channel<string>())];
    return function* () {
      const chooses = go(() =>
        select({ in: a.receive(), deeper: select({ out: b.send("out") }) }).map(({ key }) =>
          key === "in" ? "in" : "out",
        ),
      );
      yield* sleep(1); // until it waits
      const peers = [go(() => a.trySend("in")), go(() => b.tryReceive().ok)];
      go(() => chooses.cancel());
      const how = yield* ending(chooses);
      const [gave, took] = [yield* peers[0]!, yield* peers[1]!];
      assert.deepEqual([gave, took], [how === "in", how === "out"]);
      assert.deepEqual([a.stats().waitingReceivers, b.stats().waitingSenders], [0, 0]);
      return how;
    };
  });
});

test("one channel in two cases is taken once", async () => {
  await comesTo(["first", "second"], (watch) => {
    const ch = watch(channel<number>(2));
    return function* () {
      const chooses = go(() => select({ first: ch.receive(), second: ch.receive() }));
      go(function* () {
        yield* ch.send(1);
        yield* ch.send(2);
      });
      const { key, value } = yield* chooses;
      assert.equal(value, 1);
      assert.equal(yield* ch.receive(), 2);
      return key;
    };
  });
});

test("a task that selects again and again over other cases keeps none of the old", async () => {
  await comesTo(["a b", "b a"], (watch) => {
    const [a, b] = [watch(channel<string>()), watch(channel<string>())];
    return function* () {
      const chooses = go(function* () {
        const { value } = yield* select([never, a.receive(), b.receive()]);
        const rest = yield* select([value === "a" ? b.receive() : a.receive()]);
        return `${value} ${rest.value}`;
      });
      const sends = [go(() => a.send("a")), go(() => b.send("b"))];
      const how = yield* chooses;
      for (const sent of sends) yield* sent;
      return how;
    };
  });
});

test("two nested selects meet in one of the channels they share", async () => {
  await comesTo(["out in", "in out"], (watch) => {
    const [a, b] = [watch(channel<number>()), watch(channel<number>())];
    return function* () {
      const both = (n: number) => () =>
        select({ x: select({ in: a.receive(), out: a.send(n) }), y: select({ in: b.receive(), out: b.send(n) }) });
      const [one, other] = [go(both(1)), go(both(2))];
      const [x, y] = [yield* one, yield* other];
      assert.equal(x.key, y.key);
      for (const { sent, received, waitingReceivers, waitingSenders } of [a.stats(), b.stats()])
        assert.deepEqual([received, waitingReceivers, waitingSenders], [sent, 0, 0]);
      return `${x.value.key} ${y.value.key}`;
    };
  });
});

test("an always ready case is taken, or another one that is ready too", async () => {
  await comesTo(["always", "sent"], (watch) => {
    const ch = watch(channel<number>());
    return function* () {
      const sends = go(() => ch.send(1));
      yield* yieldNow();
      const { key } = yield* select({ always: always(0), sent: ch.receive() });
      if (key === "always") yield* ch.receive();
      yield* sends;
      return key;
    };
  });
});

test("a select without cases waits until it is cancelled", async () => {
  await comesTo(["cancelled"], () => {
    return function* () {
      const waits = go(() => select({}));
      go(() => waits.cancel());
      return yield* ending(waits);
    };
  });
});

test("a select of one closed channel throws its end", async () => {
  await comesTo(["told"], (watch) => {
    const ch = watch(channel<number>());
    return function* () {
      const chooses = go(() => caught(RangeError, select({ in: ch.receive(), never })));
      go(() => ch.close(new RangeError("closed with it")));
      yield* chooses;
      return "told";
    };
  });
});
