// send, receive and next: ready, waiting, in order, with every kind of buffer; and what the numbers say.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type BufferPolicy,
  channel,
  dropping,
  EndOfChannel,
  go,
  MisuseError,
  select,
  selectNow,
  sliding,
  unbounded,
  yieldNow,
} from "offshoot";
import type { BufferedChannel } from "../../src/channel/channel.ts";
import { simulate } from "../../src/testing/simulate.ts";
import { caught, thrown } from "../support/caught.ts";

const check = (ch: unknown): void => (ch as BufferedChannel<unknown>).check();

test("a rendezvous send waits for its receiver, and a receive for its sender", async () => {
  await simulate(function* () {
    const ch = channel<number>();
    assert.equal(ch.trySend(1), false);
    assert.deepEqual(ch.tryReceive(), { ok: false, closed: false });
    const sender = go(() => ch.send(1));
    yield* yieldNow();
    assert.equal(sender.status, "waiting");
    assert.deepEqual(ch.tryReceive(), { ok: true, value: 1 });
    yield* sender;
    const receiver = go(() => ch.receive());
    yield* yieldNow();
    assert.equal(ch.trySend(2), true);
    assert.equal(yield* receiver, 2);
    check(ch);
  });
});

test("a buffered send waits only when the buffer is full, and moves in when there is room", async () => {
  await simulate(function* () {
    const ch = channel<number>(2);
    yield* ch.send(1);
    yield* ch.send(2);
    const senders = [3, 4].map((n) => go(() => ch.send(n)));
    yield* yieldNow();
    assert.deepEqual(ch.stats(), { sent: 2, received: 0, dropped: 0, waitingSenders: 2, waitingReceivers: 0 });
    assert.equal(ch.length, 2);
    assert.equal(yield* ch.receive(), 1);
    check(ch);
    assert.deepEqual(ch.stats(), { sent: 3, received: 1, dropped: 0, waitingSenders: 1, waitingReceivers: 0 });
    for (const n of [2, 3, 4]) assert.equal(yield* ch.receive(), n);
    for (const sender of senders) yield* sender;
  });
});

test("senders and receivers are each served first come, first served", async () => {
  await simulate(function* () {
    for (const capacity of [0, 3]) {
      const ch = channel<number>(capacity);
      const got: string[] = [];
      const receivers = [0, 1, 2].map((n) =>
        go(function* () {
          got.push(`${n}: ${yield* ch.receive()}`);
        }),
      );
      yield* yieldNow();
      const senders = [10, 11, 12].map((n) => go(() => ch.send(n)));
      for (const task of [...receivers, ...senders]) yield* task;
      assert.deepEqual(got, ["0: 10", "1: 11", "2: 12"]);
    }
  });
});

test("next answers as an iterator does", async () => {
  await simulate(function* () {
    const ch = channel<number>(1);
    ch.trySend(1);
    ch.close();
    assert.deepEqual(yield* ch.next(), { done: false, value: 1 });
    assert.deepEqual(yield* ch.next(), { done: true, value: undefined });
    assert.deepEqual(yield* ch.next(), { done: true, value: undefined });
  });
});

test("undefined, null, functions and errors are values like any other", async () => {
  await simulate(function* () {
    const values = [undefined, null, () => 1, new Error("a value"), Symbol("s"), Number.NaN];
    const ch = channel<unknown>(values.length);
    for (const value of values) yield* ch.send(value);
    for (const value of values) assert.ok(Object.is(yield* ch.receive(), value));
    const sender = go(() => ch.send(undefined));
    assert.deepEqual(yield* ch.next(), { done: false, value: undefined });
    yield* sender;
  });
});

test("an unbounded channel takes everything, in order", async () => {
  await simulate(function* () {
    for (const ch of [channel<number>(unbounded()), channel<number>(Number.POSITIVE_INFINITY)]) {
      assert.equal(ch.capacity, Number.POSITIVE_INFINITY);
      for (let n = 0; n < 10_000; n++) assert.ok(ch.trySend(n));
      assert.equal(ch.length, 10_000);
      for (let n = 0; n < 10_000; n++) assert.equal(yield* ch.receive(), n);
    }
  });
});

for (const [name, policy, kept] of [
  ["dropping", dropping(2), [0, 1]],
  ["sliding", sliding(2), [3, 4]],
] as [string, BufferPolicy, number[]][]) {
  test(`a ${name} channel never lets a sender wait, and counts what it drops`, async () => {
    await simulate(function* () {
      const ch = channel<number>(policy);
      for (let n = 0; n < 5; n++) yield* ch.send(n);
      assert.deepEqual(ch.stats(), { sent: 5, received: 0, dropped: 3, waitingSenders: 0, waitingReceivers: 0 });
      for (const n of kept) assert.equal(yield* ch.receive(), n);
      const receiver = go(() => ch.receive());
      yield* yieldNow();
      assert.ok(ch.trySend(9));
      assert.equal(yield* receiver, 9);
      assert.equal(ch.stats().received, 3);
      assert.equal(ch.stats().dropped, 3);
      check(ch);
    });
  });
}

test("stats are frozen, and tell the state at the call", () => {
  const ch = channel<number>(1);
  const before = ch.stats();
  assert.ok(Object.isFrozen(before));
  ch.trySend(1);
  assert.equal(before.sent, 0);
  assert.equal(ch.stats().sent, 1);
});

test("a capacity that cannot be is misuse, and says what may be", () => {
  for (const capacity of [-1, 1.5, Number.NaN, 2 ** 31, "3", null, {}]) {
    const error = thrown(MisuseError, () => channel(capacity as number));
    assert.match(error.message, /^channel: the capacity must be a whole number/);
  }
  thrown(MisuseError, () => dropping(0));
  thrown(MisuseError, () => sliding(-1));
});

test("a channel has a name, and needs none", () => {
  assert.equal(channel(0, { name: "jobs" }).name, "jobs");
  assert.equal(channel().name, "channel");
  assert.equal(channel(3).capacity, 3);
  assert.equal(channel().capacity, 0);
});

test("one leaf may be used many times, and by several tasks at once", async () => {
  await simulate(function* () {
    const ch = channel<number>();
    const receive = ch.receive();
    const send = ch.send(7);
    const tasks = Array.from({ length: 5 }, () => go(() => receive));
    const mapped = Array.from({ length: 5 }, () => go(() => receive.map((n) => n * 2)));
    yield* yieldNow();
    for (let i = 0; i < 10; i++) yield* send;
    for (const task of tasks) assert.equal(yield* task, 7);
    for (const task of mapped) assert.equal(yield* task, 14);
    check(ch);
  });
});

test("a mapping runs in the receiver, after the commit, and its error reaches the receiver", async () => {
  await simulate(function* () {
    const ch = channel<number>();
    const failing = ch.receive().map((n) => {
      if (n < 0) throw new RangeError("negative");
      return n;
    });
    const sender = go(function* () {
      for (const n of [-1, 1, -2, 2]) yield* ch.send(n);
      return "untouched";
    });
    yield* caught(RangeError, failing);
    assert.equal(yield* failing, 1);
    yield* caught(RangeError, select({ failing }));
    assert.deepEqual(yield* select({ twice: failing.map((n) => n * 2).map(String) }), { key: "twice", value: "4" });
    assert.equal(yield* sender, "untouched");
    thrown(MisuseError, () => failing.map(5 as never));
  });
});

test("a mapping may close the channel it received from", async () => {
  await simulate(function* () {
    const ch = channel<number>(2);
    const others = [0, 1].map(() => go(() => ch.next()));
    yield* yieldNow();
    const closing = ch.next().map((result) => {
      ch.close();
      return result.value;
    });
    for (const n of [1, 2, 3]) ch.trySend(n);
    assert.equal(yield* closing, 3);
    assert.deepEqual(
      [(yield* others[0] as (typeof others)[0]).value, (yield* others[1] as (typeof others)[0]).value],
      [1, 2],
    );
    yield* caught(EndOfChannel, ch.receive());
  });
});

test("selectNow takes one look", () => {
  const ch = channel<number>(1);
  assert.equal(selectNow({ n: ch.receive() }), undefined);
  assert.deepEqual(selectNow({ sent: ch.send(1) }), { key: "sent", value: undefined });
  assert.equal(selectNow({ sent: ch.send(2) }), undefined);
  assert.deepEqual(selectNow([ch.receive()]), { key: 0, value: 1 });
  assert.equal(selectNow({}), undefined);
});
