// The end of a shared channel within one thread: close, close with an error, and the receiver's cancel, as with local channels, which pass these tests too.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ClosedError, channel, EndOfChannel, go, MisuseError, run, select } from "offshoot";
import { sharedChannel } from "offshoot/parallel";
import { caught, rejected, thrown } from "../../support/caught.ts";
import { check, inOrders, settle, sorts } from "../../support/channels.ts";

for (const [sort, make] of sorts) {
  test(`${sort}: what was sent before close is received, then there is the end, by every way of asking`, async () => {
    await inOrders(function* () {
      const ch = make<number>(3, { name: "jobs" });
      for (const n of [1, 2, 3]) yield* ch.send(n);
      ch.close();
      assert.deepEqual([ch.closed, ch.length], [true, 3]);
      assert.equal(yield* ch.receive(), 1);
      assert.deepEqual(yield* ch.next(), { done: false, value: 2 });
      assert.deepEqual(ch.tryReceive(), { ok: true, value: 3 });
      assert.deepEqual(ch.tryReceive(), { ok: false, closed: true });
      assert.match((yield* caught(EndOfChannel, ch.receive())).message, /^Channel\.receive: "jobs" is closed and drained\./); // biome-ignore format: one line
      assert.deepEqual(yield* ch.next(), { done: true, value: undefined });
      assert.equal(ch.length, 0);
      check(ch);
    });
  });

  test(`${sort}: senders of a closed channel are refused, and told that it was its own side`, async () => {
    await inOrders(function* () {
      const ch = make<number>(2, { name: "jobs" });
      ch.trySend(1);
      ch.close();
      const error = yield* caught(ClosedError, ch.send(2));
      assert.equal(error.by, "sender");
      assert.match(error.message, /^Channel\.send: "jobs" was closed by .* after 1 value\. Close a channel only after/);
      assert.equal(thrown(ClosedError, () => ch.trySend(3)).by, "sender");
      assert.equal((yield* caught(ClosedError, select({ sent: ch.send(4) }))).by, "sender");
      assert.deepEqual([ch.length, ch.stats().sent], [1, 1]);
    });
  });

  test(`${sort}: close wakes receivers that wait, in order, each in the way it asked`, async () => {
    await run(function* () {
      const ch = make<number>(1);
      const log: string[] = [];
      const tasks = [
        go(function* () {
          yield* caught(EndOfChannel, ch.receive());
          log.push("receive");
        }),
        go(function* () {
          assert.deepEqual(yield* ch.next(), { done: true, value: undefined });
          log.push("next");
        }),
        go(function* () {
          yield* caught(EndOfChannel, ch.receive().map(String));
          log.push("mapped");
        }),
        go(function* () {
          assert.deepEqual(yield* select([ch.next()]), { key: 0, value: { done: true, value: undefined } });
          log.push("selected");
        }),
      ];
      yield* settle(...tasks);
      ch.close();
      for (const task of tasks) yield* task;
      assert.deepEqual(log, ["receive", "next", "mapped", "selected"]);
    });
  });

  test(`${sort}: close refuses senders that wait, and what they held is not delivered`, async () => {
    await inOrders(function* () {
      const ch = make<string>(1);
      ch.trySend("in time");
      const senders = ["late", "large".repeat(1_000)].map((text) => go(() => caught(ClosedError, ch.send(text))));
      yield* settle(...senders);
      ch.close();
      for (const sender of senders) assert.equal((yield* sender).by, "sender");
      assert.equal(yield* ch.receive(), "in time");
      yield* caught(EndOfChannel, ch.receive());
      assert.deepEqual([ch.stats().sent, ch.stats().received, ch.stats().dropped], [1, 1, 0]);
      check(ch);
    });
  });

  test(`${sort}: close with an error gives it to every receiver, once the buffer is drained`, async () => {
    await inOrders(function* () {
      const ch = make<number>(1);
      ch.trySend(1);
      ch.close(Object.assign(new RangeError("boom", { cause: new TypeError("why") }), { code: 7 }));
      assert.equal(yield* ch.receive(), 1);
      for (const error of [
        yield* caught(RangeError, ch.receive()),
        yield* caught(RangeError, ch.next()),
        thrown(RangeError, () => ch.tryReceive()),
        yield* caught(RangeError, select({ got: ch.next() })),
      ]) {
        assert.deepEqual([error.message, (error as { code?: number }).code], ["boom", 7]);
        assert.ok(error.cause instanceof TypeError && error.cause.message === "why");
      }
      assert.equal((yield* caught(ClosedError, ch.send(2))).by, "sender");
      const waiting = make<number>(1);
      const receiver = go(() => caught(RangeError, waiting.next()));
      yield* settle(receiver);
      waiting.close(new RangeError("boom"));
      assert.equal((yield* receiver).message, "boom");
    });
  });

  test(`${sort}: whatever is no error may be the reason as well`, async () => {
    for (const reason of [null, 0, "", "enough", { code: 5 }]) {
      const closed = make<number>(1);
      closed.close(reason);
      assert.deepEqual(await Promise.allSettled([closed.receive()]), [{ status: "rejected", reason }]);
      const cancelled = make<number>(1);
      cancelled.cancel(reason);
      const { by, cause } = await rejected(ClosedError, Promise.resolve(cancelled.send(1)));
      assert.deepEqual([by, cause], ["receiver", reason]);
    }
  });

  test(`${sort}: an iteration ends with the channel, with its error if there is one`, async () => {
    const ended = make<number>(2);
    const failed = make<number>(2);
    for (const ch of [ended, failed]) for (const n of [1, 2]) ch.trySend(n);
    const listen = async (from: AsyncIterable<number>): Promise<number[]> => {
      const got: number[] = [];
      for await (const n of from) got.push(n);
      return got;
    };
    const [all, some] = [listen(ended), rejected(RangeError, listen(failed))];
    ended.close();
    failed.close(new RangeError("boom"));
    assert.deepEqual(await all, [1, 2]);
    assert.equal((await some).message, "boom");
  });

  test(`${sort}: closing twice is misuse`, async () => {
    await inOrders(function* () {
      const ch = make<number>(1, { name: "jobs" });
      ch.close();
      const { message } = thrown(MisuseError, () => ch.close(new Error("again")));
      assert.match(message, /^Channel\.close: "jobs" was closed before by .*\. Close a channel once, from the sending side\.$/); // biome-ignore format: one line
      assert.deepEqual(yield* ch.next(), { done: true, value: undefined });
    });
  });

  test(`${sort}: cancel drops what is held, counts it, and refuses senders with its reason`, async () => {
    await inOrders(function* () {
      const ch = make<string>(2, { name: "jobs" });
      ch.trySend("one");
      ch.trySend("two".repeat(1_000));
      const sender = go(() => caught(ClosedError, ch.send("three")));
      yield* settle(sender);
      ch.cancel("enough");
      const error = yield* sender;
      assert.deepEqual([error.by, error.cause], ["receiver", "enough"]);
      assert.match(error.message, /^Channel\.send: "jobs" was given up by .*\. Let the error end the sender, or stop sending\.$/); // biome-ignore format: one line
      const { sent, received, dropped, waitingSenders, waitingReceivers } = ch.stats();
      assert.deepEqual([sent, received, dropped, waitingSenders, waitingReceivers], [2, 0, 2, 0, 0]);
      assert.deepEqual([ch.length, ch.closed], [0, true]);
      assert.equal((yield* caught(ClosedError, ch.send("four"))).by, "receiver");
      assert.equal(thrown(ClosedError, () => ch.trySend("four")).by, "receiver");
      check(ch);
    });
  });

  test(`${sort}: receivers of a cancelled channel find its end, with or without a reason, also those that wait`, async () => {
    await inOrders(function* () {
      for (const reason of [undefined, "enough", new Error("enough")]) {
        const ch = make<number>(1);
        const receiver = go(() => caught(EndOfChannel, ch.receive()));
        yield* settle(receiver);
        ch.cancel(reason);
        yield* receiver;
        yield* caught(EndOfChannel, ch.receive());
        assert.deepEqual(yield* ch.next(), { done: true, value: undefined });
        assert.deepEqual(ch.tryReceive(), { ok: false, closed: true });
      }
    });
  });

  test(`${sort}: close after cancel does nothing, and cancel after close drops what is left`, async () => {
    await inOrders(function* () {
      const given = make<number>(1);
      given.cancel("first");
      given.cancel("second");
      given.close();
      given.close(new Error("too late"));
      yield* caught(EndOfChannel, given.receive());
      assert.equal((yield* caught(ClosedError, given.send(1))).cause, "first");
      const closed = make<number>(2);
      closed.trySend(1);
      closed.close(new Error("with an error"));
      closed.cancel();
      assert.deepEqual([closed.length, closed.stats().dropped, closed.stats().received], [0, 1, 0]);
      yield* caught(EndOfChannel, closed.receive());
      assert.deepEqual(yield* closed.next(), { done: true, value: undefined });
      assert.equal((yield* caught(ClosedError, closed.send(1))).by, "sender");
      closed.close();
    });
  });

  test(`${sort}: a sender whose receiver has left ends as cancelled, and fails nobody`, async () => {
    await inOrders(function* () {
      const ch = make<number>(1);
      const producer = go(function* naturals() {
        for (let n = 0; ; n++) yield* ch.send(n);
      });
      for (let n = 0; n < 5; n++) assert.equal(yield* ch.receive(), n);
      ch.cancel("found");
      yield* settle(producer);
      assert.equal(producer.status, "cancelled");
    });
  });
}

test("the error that a channel is closed with must be able to travel, and the channel stays open if it is not", async () => {
  const ch = sharedChannel<number>(1);
  const { message } = thrown(MisuseError, () => ch.close({ onEnd: () => 1 }));
  assert.match(message, /^Channel\.close: the reason\.onEnd is a function "onEnd", which cannot travel/);
  assert.match(
    thrown(MisuseError, () => ch.close({ ch })).message,
    /^Channel\.close: the error holds a shared object, which cannot travel with it\. Send it as a value before\./,
  );
  assert.equal(ch.closed, false);
  assert.match(thrown(MisuseError, () => ch.cancel(channel())).message, /reason is the channel "channel"/);
  assert.equal(ch.closed, false);
  assert.equal(ch.trySend(1), true);
});

test("a reason too long to be kept is told by the beginning of its message", async () => {
  const ch = sharedChannel<number>(1);
  ch.cancel("y".repeat(50_000));
  const { cause } = await rejected(ClosedError, Promise.resolve(ch.send(1)));
  assert.match((cause as Error).message, /too large to travel/);
});
