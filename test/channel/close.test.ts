// The end of a channel: close, close with an error, and the receiver's cancel, for those who wait and those who come later.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ClosedError, channel, EndOfChannel, go, MisuseError, yieldNow } from "offshoot";
import type { BufferedChannel } from "../../src/channel/channel.ts";
import { simulate } from "../../src/testing/simulate.ts";
import { caught, thrown } from "../support/caught.ts";

const check = (ch: unknown): void => (ch as BufferedChannel<unknown>).check();

test("close delivers the buffer first, then ends receivers and fails senders", async () => {
  await simulate(function* () {
    const ch = channel<number>(2, { name: "jobs" });
    ch.trySend(1);
    ch.trySend(2);
    ch.close();
    assert.equal(ch.closed, true);
    assert.equal(yield* ch.receive(), 1);
    assert.deepEqual(ch.tryReceive(), { ok: true, value: 2 });
    assert.deepEqual(ch.tryReceive(), { ok: false, closed: true });
    assert.match((yield* caught(EndOfChannel, ch.receive())).message, /"jobs" is closed and drained/);
    const error = yield* caught(ClosedError, ch.send(3));
    assert.equal(error.by, "sender");
    assert.match(error.message, /^Channel\.send: "jobs" was closed by task #1 .* after 2 values\./);
    thrown(ClosedError, () => ch.trySend(3));
  });
});

test("close wakes waiting receivers in order, each in the way it asked", async () => {
  await simulate(function* () {
    const ch = channel<number>();
    const log: string[] = [];
    const tasks = [
      go(function* () {
        yield* caught(EndOfChannel, ch.receive());
        log.push("receive");
      }),
      go(function* () {
        assert.equal((yield* ch.next()).done, true);
        log.push("next");
      }),
      go(function* () {
        yield* caught(EndOfChannel, ch.receive().map(String));
        log.push("mapped");
      }),
    ];
    yield* yieldNow();
    ch.close();
    check(ch);
    for (const task of tasks) yield* task;
    assert.deepEqual(log, ["receive", "next", "mapped"]);
  });
});

test("close fails waiting senders in order; what they held is not delivered", async () => {
  await simulate(function* () {
    const ch = channel<number>(1);
    ch.trySend(0);
    const senders = [1, 2].map((n) => go(() => caught(ClosedError, ch.send(n))));
    yield* yieldNow();
    ch.close();
    check(ch);
    for (const sender of senders) assert.equal((yield* sender).by, "sender");
    assert.equal(yield* ch.receive(), 0);
    yield* caught(EndOfChannel, ch.receive());
    assert.equal(ch.stats().sent, 1);
  });
});

test("close with an error gives it to receivers once the buffer is drained", async () => {
  await simulate(function* () {
    const boom = new RangeError("boom");
    const ch = channel<number>(1);
    ch.trySend(1);
    ch.close(boom);
    assert.equal(yield* ch.receive(), 1);
    assert.equal(yield* caught(RangeError, ch.receive()), boom);
    assert.equal(yield* caught(RangeError, ch.next()), boom);
    assert.equal(
      thrown(RangeError, () => ch.tryReceive()),
      boom,
    );
    assert.equal((yield* caught(ClosedError, ch.send(2))).by, "sender");
    const waiting = channel<number>();
    const receiver = go(() => caught(RangeError, waiting.next()));
    yield* yieldNow();
    waiting.close(boom);
    assert.equal(yield* receiver, boom);
  });
});

test("closing twice is misuse, and says who closed it first", async () => {
  await simulate(function* () {
    const ch = channel<number>(1, { name: "jobs" });
    yield* go(function closer() {
      ch.trySend(1);
      ch.close();
    });
    const error = thrown(MisuseError, () => ch.close());
    assert.match(error.message, /^Channel\.close: "jobs" was closed before by task #2 "closer" after 1 value\. /);
  });
});

test("cancel drops the buffer, counts it, and fails senders with a ClosedError by the receiver", async () => {
  await simulate(function* () {
    const ch = channel<number>(2, { name: "jobs" });
    ch.trySend(1);
    ch.trySend(2);
    const sender = go(() => caught(ClosedError, ch.send(3)));
    yield* yieldNow();
    ch.cancel("enough");
    check(ch);
    const error = yield* sender;
    assert.equal(error.by, "receiver");
    assert.equal(error.cause, "enough");
    assert.deepEqual(ch.stats(), { sent: 2, received: 0, dropped: 2, waitingSenders: 0, waitingReceivers: 0 });
    assert.equal((yield* caught(ClosedError, ch.send(4))).by, "receiver");
    assert.equal(thrown(ClosedError, () => ch.trySend(4)).by, "receiver");
  });
});

test("a receiver of a cancelled channel finds its end, with or without a reason, by every way of asking", async () => {
  await simulate(function* () {
    for (const reason of [undefined, "enough", new Error("enough")]) {
      const ch = channel<number>(1);
      const receiver = go(() => caught(EndOfChannel, ch.receive()));
      yield* yieldNow();
      ch.cancel(reason);
      yield* receiver;
      yield* caught(EndOfChannel, ch.receive());
      assert.deepEqual(yield* ch.next(), { done: true, value: undefined });
      assert.deepEqual(ch.tryReceive(), { ok: false, closed: true });
    }
  });
});

test("close after cancel does nothing, cancel after close drops what is left", async () => {
  await simulate(function* () {
    const given = channel<number>();
    given.cancel();
    given.cancel();
    given.close();
    given.close(new Error("too late"));
    yield* caught(EndOfChannel, given.receive());
    const closed = channel<number>(2);
    closed.trySend(1);
    closed.close(new Error("with an error"));
    closed.cancel();
    assert.equal(closed.stats().dropped, 1);
    assert.equal(closed.length, 0);
    yield* caught(EndOfChannel, closed.receive());
    assert.equal((yield* caught(ClosedError, closed.send(1))).by, "sender");
    closed.close();
  });
});
