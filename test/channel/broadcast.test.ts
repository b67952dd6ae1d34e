// broadcast: every value to every subscriber, what slow ones cost, and how subscriptions end.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  broadcast,
  Cancelled,
  ClosedError,
  EndOfChannel,
  go,
  MisuseError,
  never,
  type Receiver,
  select,
  sleep,
  yieldNow,
} from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught, thrown } from "../support/caught.ts";

const drained = (from: Receiver<number>): number[] => {
  const values: number[] = [];
  for (let got = from.tryReceive(); got.ok; got = from.tryReceive()) values.push(got.value);
  return values;
};

test("every subscriber gets every value sent since it subscribed, in order", async () => {
  await simulate(function* () {
    const hub = broadcast<number>();
    yield* hub.send(0); // gone: nobody listens
    const first = hub.subscribe();
    yield* hub.send(1);
    const second = hub.subscribe();
    yield* hub.send(2);
    assert.equal(hub.size, 2);
    assert.deepEqual(drained(first), [1, 2]);
    assert.deepEqual(drained(second), [2]);
  });
});

test("a sender waits for the slowest subscriber that wants to be waited for", async () => {
  await simulate(function* () {
    const hub = broadcast<number>({ buffer: 1 });
    const slow = hub.subscribe();
    const fast = hub.subscribe({ buffer: 8 });
    const lossy = hub.subscribe({ slow: "drop" });
    assert.ok(hub.trySend(1));
    assert.equal(hub.trySend(2), false);
    const senders = [2, 3].map((n) => go(() => hub.send(n)));
    yield* yieldNow();
    assert.equal(senders[0]?.status, "waiting");
    assert.equal(yield* slow.receive(), 1);
    assert.deepEqual(drained(fast), [1, 2]);
    assert.equal(yield* slow.receive(), 2);
    assert.equal(yield* slow.receive(), 3);
    for (const sender of senders) yield* sender;
    assert.deepEqual(drained(lossy), [1]);
  });
});

test("a subscriber that is to fail when it falls behind gets what it had, and then the error", async () => {
  await simulate(function* () {
    const hub = broadcast<number>({ name: "ticks" });
    const late = hub.subscribe({ buffer: 2, slow: "fail", name: "late" });
    for (const n of [1, 2, 3, 4]) yield* hub.send(n);
    assert.equal(hub.size, 0);
    assert.equal(yield* late.receive(), 1);
    assert.equal(yield* late.receive(), 2);
    assert.match((yield* caught(ClosedError, late.receive())).message, /"late" was 2 values behind/);
  });
});

test("a cancelled send has given nothing to nobody, and the next in line goes on", async () => {
  await simulate(function* () {
    const hub = broadcast<number>({ buffer: 1 });
    const slow = hub.subscribe();
    const other = hub.subscribe({ buffer: 9 });
    yield* hub.send(1);
    const senders = [2, 3].map((n) =>
      go(function* () {
        try {
          yield* hub.send(n);
        } catch (error) {
          assert.ok(error instanceof Cancelled);
        }
      }),
    );
    yield* yieldNow();
    senders[0]?.cancel();
    assert.equal(yield* slow.receive(), 1);
    assert.equal(yield* slow.receive(), 3);
    assert.deepEqual(drained(other), [1, 3]);
    const lost = yield* select({ late: sleep(1), sent: slow.next() });
    assert.equal(lost.key, "late");
  });
});

test("leaving frees the senders that waited for the one who left", async () => {
  await simulate(function* () {
    const hub = broadcast<number>({ buffer: 1 });
    const slow = hub.subscribe();
    const other = hub.subscribe({ buffer: 9 });
    yield* hub.send(1);
    const sender = go(() => hub.send(2));
    yield* yieldNow();
    slow[Symbol.dispose]();
    yield* sender;
    assert.equal(hub.size, 1);
    assert.deepEqual(drained(other), [1, 2]);
    yield* caught(EndOfChannel, slow.receive());
    slow.cancel("again");
    other.cancel();
    yield* hub.send(3);
    assert.equal(hub.size, 0);
  });
});

test("close drains and ends every subscription, fails the senders in line, and late subscribers find the end", async () => {
  await simulate(function* () {
    for (const reason of [undefined, new RangeError("boom")]) {
      const hub = broadcast<number>({ buffer: 1 });
      const one = hub.subscribe();
      yield* hub.send(1);
      const sender = go(() => caught(ClosedError, hub.send(2)));
      yield* yieldNow();
      hub.close(reason);
      assert.equal((yield* sender).by, "sender");
      assert.equal(yield* one.receive(), 1);
      const kind = reason === undefined ? EndOfChannel : RangeError;
      yield* caught<Error>(kind, one.receive());
      yield* caught<Error>(kind, hub.subscribe().receive());
      thrown(ClosedError, () => hub.trySend(3));
      thrown(MisuseError, () => hub.close());
    }
  });
});

test("a subscription may be selected, and a send too", async () => {
  await simulate(function* () {
    const hub = broadcast<number>({ buffer: 1 });
    const mine = hub.subscribe();
    assert.equal((yield* select({ sent: hub.send(1), never })).key, "sent");
    assert.equal((yield* select({ sent: hub.send(2), late: sleep(1) })).key, "late");
    assert.deepEqual(yield* select({ mine: mine.receive(), never }), { key: "mine", value: 1 });
    const waiting = go(() => select({ mine: mine.receive(), late: sleep(5) }));
    yield* yieldNow();
    assert.ok(hub.trySend(3));
    assert.deepEqual(yield* waiting, { key: "mine", value: 3 });
  });
});

test("options that cannot be are misuse at the call", () => {
  for (const options of [null, 5, { buffer: 0 }, { buffer: 1.5 }, { slow: "ignore" }]) {
    thrown(MisuseError, () => broadcast(options as never));
    thrown(MisuseError, () => broadcast().subscribe(options as never));
  }
});
