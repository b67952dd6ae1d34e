// Closing a channel: who is woken, in which order, and what is still delivered.
//
// Where Go panics, closing twice is MisuseError and a send is ClosedError, both of them ordinary errors (DESIGN.md section 4). The receiver's side can
// end a channel too, which Go cannot.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ClosedError, channel, EndOfChannel, go, MisuseError, yieldNow } from "offshoot";
import { simulate } from "../../../src/testing/simulate.ts";
import { caught, rejected, thrown } from "../../support/caught.ts";

test("close wakes all waiting receivers, in the order they came", async () => {
  const log: string[] = [];
  await simulate(function* () {
    const c = channel<number>();
    for (let i = 0; i < 6; i++) {
      go(function* () {
        if (i % 2 === 0) yield* caught(EndOfChannel, c.receive());
        else assert.equal((yield* c.next()).done, true);
        log.push(`receiver ${i}`);
      });
    }
    yield* yieldNow();
    assert.equal(c.stats().waitingReceivers, 6);
    c.close();
    log.push("closed");
    assert.equal(c.stats().waitingReceivers, 0);
  });
  assert.deepEqual(log, ["closed", "receiver 0", "receiver 1", "receiver 2", "receiver 3", "receiver 4", "receiver 5"]);
});

for (const capacity of [0, 2]) {
  test(`close wakes all waiting senders with ClosedError, in the order they came (capacity ${capacity})`, async () => {
    const log: number[] = [];
    const left: number[] = [];
    await simulate(function* () {
      const c = channel<number>(capacity, { name: "jobs" });
      for (let n = 0; n < capacity; n++) yield* c.send(n);
      for (let i = 0; i < 5; i++) {
        go(function* () {
          const error = yield* caught(ClosedError, c.send(100 + i));
          assert.equal(error.by, "sender");
          log.push(i);
        });
      }
      yield* yieldNow();
      assert.equal(c.stats().waitingSenders, 5);
      c.close();
      assert.equal(c.stats().waitingSenders, 0);
      for (let got = yield* c.next(); got.done !== true; got = yield* c.next()) left.push(got.value);
    });
    assert.deepEqual(log, [0, 1, 2, 3, 4]);
    assert.deepEqual(left, [0, 1].slice(0, capacity)); // what was in the buffer, and nothing of those who waited
  });
}

test("values in the buffer before close are delivered in order, and then the end", async () => {
  const got: number[] = [];
  await simulate(function* () {
    const c = channel<number>(4);
    for (let n = 0; n < 4; n++) yield* c.send(n);
    c.close();
    assert.equal(c.closed, true);
    for (let left = 4; left > 0; left--) {
      assert.equal(c.length, left);
      got.push(yield* c.receive());
    }
    yield* caught(EndOfChannel, c.receive());
  });
  assert.deepEqual(got, [0, 1, 2, 3]);
});

test("a receiver that waits when the last value and then the close come gets the value", async () => {
  const log: unknown[] = [];
  await simulate(function* () {
    const c = channel<string>();
    go(function* () {
      log.push(yield* c.next());
      log.push(yield* c.next());
    });
    yield* yieldNow();
    yield* c.send("last");
    c.close();
  });
  assert.deepEqual(log, [
    { done: false, value: "last" },
    { done: true, value: undefined },
  ]);
});

test("closing twice is MisuseError, naming the channel and who closed it before", async () => {
  const error = await simulate(function* closer() {
    const c = channel<number>(1, { name: "jobs" });
    yield* c.send(1);
    c.close();
    return thrown(MisuseError, () => c.close());
  });
  assert.match(error.message, /Channel\.close: "jobs" was closed before/);
  assert.match(error.message, /closer/);
  assert.deepEqual(error.task, { id: 1, name: "closer" });
});

test("a send on a closed channel throws ClosedError, which says who closed it and after how many values", async () => {
  const error = await simulate(function* producer() {
    const c = channel<number>(2, { name: "jobs" });
    yield* c.send(1);
    yield* c.send(2);
    c.close();
    return yield* caught(ClosedError, c.send(3));
  });
  assert.equal(error.by, "sender");
  assert.equal(error.code, "OFFSHOOT_ERR_CLOSED");
  assert.match(error.message, /"jobs" was closed by task #1 "producer" after 2 values/);
});

test("an uncaught ClosedError of the sender's side fails the run, as a panic does", async () => {
  const error = await rejected(
    ClosedError,
    simulate(function* () {
      const c = channel<number>();
      c.close();
      go(function* () {
        yield* c.send(1);
      });
      yield* yieldNow();
    }),
  );
  assert.equal(error.by, "sender");
});

test("close with an error hands it to every receiver once the buffer is drained, unlike Go", async () => {
  const failure = new Error("source broke");
  const got: unknown[] = [];
  await simulate(function* () {
    const c = channel<number>(2);
    yield* c.send(1);
    c.close(failure);
    got.push(yield* c.receive());
    got.push(yield* caught(Error, c.receive()));
    got.push(yield* caught(Error, c.next()));
    got.push(thrown(Error, () => c.tryReceive()));
    yield* caught(ClosedError, c.send(2)); // senders are told that it is closed
  });
  assert.deepEqual(got, [1, failure, failure, failure]);
});

test("close with an error hands it to receivers that wait", async () => {
  const failure = new Error("source broke");
  const got: unknown[] = [];
  await simulate(function* () {
    const c = channel<number>();
    for (let i = 0; i < 3; i++) {
      go(function* () {
        got.push(yield* caught(Error, i === 1 ? c.next() : c.receive()));
      });
    }
    yield* yieldNow();
    c.close(failure);
  });
  assert.deepEqual(got, [failure, failure, failure]);
});

test("cancel is the receiver's close, unlike Go: buffered values are dropped and counted, waiting senders get ClosedError", async () => {
  const by: string[] = [];
  await simulate(function* () {
    const c = channel<number>(2);
    yield* c.send(1);
    yield* c.send(2);
    for (let i = 0; i < 3; i++) {
      go(function* () {
        by.push((yield* caught(ClosedError, c.send(10 + i))).by);
      });
    }
    yield* yieldNow();
    c.cancel("enough");
    assert.deepEqual(c.stats(), { sent: 2, received: 0, dropped: 2, waitingSenders: 0, waitingReceivers: 0 });
    c.cancel("again"); // the same as once
    c.close(); // does nothing after cancel
    yield* caught(EndOfChannel, c.receive());
  });
  assert.deepEqual(by, ["receiver", "receiver", "receiver"]);
});

test("a producer whose receiver has left ends cancelled, not failed", async () => {
  let status = "";
  await simulate(function* () {
    const c = channel<number>();
    const producer = go(function* () {
      for (let n = 0; ; n++) yield* c.send(n);
    });
    assert.equal(yield* c.receive(), 0);
    c.cancel();
    for (let i = 0; i < 3; i++) yield* yieldNow();
    status = producer.status;
  });
  assert.equal(status, "cancelled");
});

test("a sender that was waiting learns of the close as an error of its own task", async () => {
  let error: ClosedError | null = null;
  await simulate(function* closer() {
    const c = channel<number>();
    go(function* producer() {
      error = yield* caught(ClosedError, c.send(1));
    });
    yield* yieldNow();
    c.close();
  });
  assert.deepEqual((error as ClosedError | null)?.task, { id: 2, name: "producer" });
});

test("after cancel with a reason every way of receiving finds the end: the reason is for the senders", async () => {
  await simulate(function* () {
    const c = channel<number>(2);
    yield* c.send(1);
    c.cancel("not wanted");
    yield* caught(EndOfChannel, c.receive());
    assert.deepEqual(yield* c.next(), { done: true, value: undefined });
    const error = yield* caught(ClosedError, c.send(2));
    assert.deepEqual([error.by, error.cause], ["receiver", "not wanted"]);
    assert.deepEqual(c.tryReceive(), { ok: false, closed: true });
  });
});
