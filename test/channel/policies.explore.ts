// Channels whose senders never wait: dropping, sliding, unbounded; and what never waits at any channel: trySend, tryReceive. In all orders of two tasks.

import assert from "node:assert/strict";
import { test } from "node:test";
import { channel, dropping, go, group, select, sleep, sliding, unbounded, yieldNow } from "offshoot";
import { comesTo, ending } from "../support/outcomes.ts";

test("a dropping buffer keeps the oldest, a sliding one the newest, one without a limit all", async () => {
  const all = [[1, 2, 3]];
  for (const [policy, outcomes] of [
    [dropping(1), [...all, [1], [1, 2], [1, 3]]],
    [sliding(1), [...all, [3], [1, 3], [2, 3]]],
    [unbounded(), all],
  ] as const)
    await comesTo(outcomes, (watch) => {
      const ch = watch(channel<number>(policy));
      return function* () {
        const got: number[] = [];
        yield* group((g) => {
          g.go(function* () {
            for (const n of [1, 2, 3]) yield* ch.send(n);
            ch.close();
          });
          g.go(function* () {
            for (let next = yield* ch.next(); !next.done; next = yield* ch.next()) got.push(next.value);
          });
        });
        const { sent, received, dropped } = ch.stats();
        assert.deepEqual([sent, received, dropped], [3, got.length, 3 - got.length]);
        return got;
      };
    });
});

test("what is sent into a full sliding buffer while a select waits elsewhere is there for the select", async () => {
  await comesTo(["value 1", "value 2", "stop"], (watch) => {
    const ch = watch(channel<number>(sliding(1)));
    const stop = watch(channel<void>(1));
    return function* () {
      const chooses = go(() => select({ value: ch.receive(), stop: stop.receive() }));
      go(function* () {
        yield* ch.send(1);
        yield* ch.send(2);
      });
      go(() => stop.send());
      const got = yield* chooses;
      yield* sleep(1); // until all has been sent
      const { sent, received, dropped } = ch.stats();
      assert.equal(sent, received + dropped + ch.length);
      return got.key === "stop" ? "stop" : `value ${got.value}`;
    };
  });
});

test("a receiver cancelled at a dropping buffer leaves the value in it", async () => {
  await comesTo(["a, 0 left", "cancelled, 1 left"], (watch) => {
    const ch = watch(channel<string>(dropping(1)));
    return function* () {
      const receives = go(() => ch.receive());
      go(() => ch.send("a"));
      go(() => receives.cancel());
      const how = yield* ending(receives);
      yield* sleep(1); // until it has been sent
      return `${how}, ${ch.length} left`;
    };
  });
});

test("trySend gives to a receiver in line, and otherwise nothing", async () => {
  await comesTo(["given", "refused"], (watch) => {
    const ch = watch(channel<string>());
    return function* () {
      const receives = go(() => ch.receive());
      const tries = go(function* () {
        yield* yieldNow();
        const inLine = ch.stats().waitingReceivers === 1;
        const given = ch.trySend("a");
        assert.equal(given, inLine);
        return given;
      });
      const given = yield* tries;
      if (!given) yield* ch.send("a");
      assert.equal(yield* receives, "a");
      assert.equal(ch.stats().sent, 1);
      return given ? "given" : "refused";
    };
  });
});

test("tryReceive takes from a sender in line, and otherwise nothing", async () => {
  await comesTo(["taken", "nothing there"], (watch) => {
    const ch = watch(channel<string>());
    return function* () {
      const sends = go(() => ch.send("a"));
      const tries = go(function* () {
        yield* yieldNow();
        const inLine = ch.stats().waitingSenders === 1;
        const got = ch.tryReceive();
        assert.deepEqual(got, inLine ? { ok: true, value: "a" } : { ok: false, closed: false });
        return got.ok;
      });
      const taken = yield* tries;
      if (!taken) assert.equal(yield* ch.receive(), "a");
      yield* sends;
      return taken ? "taken" : "nothing there";
    };
  });
});

test("tryReceive takes a value once, beside a receiver that waits for one", async () => {
  await comesTo(["waited", "tried"], (watch) => {
    const ch = watch(channel<number>(1));
    return function* () {
      const waits = go(() => ch.receive());
      go(() => ch.send(1));
      yield* yieldNow();
      const got = ch.tryReceive();
      if (got.ok) yield* ch.send(2);
      assert.equal(yield* waits, got.ok ? 2 : 1);
      return got.ok ? "tried" : "waited";
    };
  });
});
