// First in, first out: values, waiters, and the two together. The pairing of waiters and values is a promise in Go too; who runs first is not, and
// here it is.

import assert from "node:assert/strict";
import { test } from "node:test";
import { channel, go, type Operation, yieldNow } from "offshoot";
import { simulate } from "../../../src/testing/simulate.ts";
import { orders } from "../../support/orders.ts";

for (const capacity of [0, 1, 3, 64, Number.POSITIVE_INFINITY]) {
  test(`values of one sender arrive in the order sent, in every order of tasks (capacity ${capacity})`, async () => {
    let runs = 0;
    await orders(30, function* () {
      const c = channel<number>(capacity);
      go(function* () {
        for (let n = 0; n < 50; n++) yield* c.send(n);
        c.close();
      });
      let expected = 0;
      for (let got = yield* c.next(); got.done !== true; got = yield* c.next()) assert.equal(got.value, expected++);
      assert.equal(expected, 50);
      runs++;
    });
    assert.equal(runs, 31);
  });

  test(`each receiver of several sees values in rising order (capacity ${capacity})`, async () => {
    await orders(20, function* () {
      const c = channel<number>(capacity);
      let received = 0;
      const receivers = [0, 1, 2].map(() =>
        go(function* () {
          let last = -1;
          for (let got = yield* c.next(); got.done !== true; got = yield* c.next()) {
            assert.ok(got.value > last);
            last = got.value;
            received++;
          }
        }),
      );
      for (let n = 0; n < 40; n++) yield* c.send(n);
      c.close();
      for (const receiver of receivers) yield* receiver;
      assert.equal(received, 40);
    });
  });
}

test("waiting receivers are served first come, first served", async () => {
  const log: string[] = [];
  await simulate(function* () {
    const c = channel<number>();
    for (const name of ["a", "b", "c", "d"]) {
      go(function* () {
        log.push(`${name}${yield* c.receive()}`);
      });
    }
    yield* yieldNow();
    for (let n = 0; n < 4; n++) yield* c.send(n);
  });
  assert.deepEqual(log, ["a0", "b1", "c2", "d3"]);
});

test("waiting senders are served first come, first served", async () => {
  const got: string[] = [];
  const done: string[] = [];
  await simulate(function* () {
    const c = channel<string>();
    for (const name of ["a", "b", "c", "d"]) {
      go(function* () {
        yield* c.send(name);
        done.push(name);
      });
    }
    yield* yieldNow();
    for (let i = 0; i < 4; i++) got.push(yield* c.receive());
  });
  assert.deepEqual(got, ["a", "b", "c", "d"]);
  assert.deepEqual(done, ["a", "b", "c", "d"]);
});

test("whoever asks again after being served stands at the end of the line", async () => {
  const log: string[] = [];
  await simulate(function* () {
    const c = channel<number>();
    function* receiver(name: string): Operation<void> {
      for (let i = 0; i < 2; i++) log.push(`${name}${yield* c.receive()}`);
    }
    for (const name of ["a", "b", "c"]) go(receiver, name);
    for (let n = 0; n < 6; n++) {
      yield* yieldNow();
      yield* c.send(n);
    }
  });
  assert.deepEqual(log, ["a0", "b1", "c2", "a3", "b4", "c5"]);
});

test("a receive from a full buffer with a waiting sender refills the slot in the same step", async () => {
  await simulate(function* () {
    const c = channel<number>(2);
    yield* c.send(0);
    yield* c.send(1);
    const senders = [2, 3].map((n) =>
      go(function* () {
        yield* c.send(n);
      }),
    );
    yield* yieldNow();
    assert.deepEqual([c.length, c.stats().waitingSenders], [2, 2]);
    assert.deepEqual(c.tryReceive(), { ok: true, value: 0 }); // no other task has run when we look
    assert.deepEqual([c.length, c.stats().waitingSenders], [2, 1]);
    assert.equal(senders[0]?.status, "ready");
    assert.equal(c.trySend(9), false); // nobody slips in before those who waited
    for (const n of [1, 2, 3]) assert.equal(yield* c.receive(), n);
    assert.deepEqual(c.tryReceive(), { ok: false, closed: false });
    assert.deepEqual(c.stats(), { sent: 4, received: 4, dropped: 0, waitingSenders: 0, waitingReceivers: 0 });
  });
});

test("a value sent while receivers wait passes the buffer by", async () => {
  await simulate(function* () {
    const c = channel<number>(4);
    const receiver = go(function* () {
      return yield* c.receive();
    });
    yield* yieldNow();
    yield* c.send(1);
    assert.equal(c.length, 0); // it belongs to the receiver already
    assert.equal(receiver.status, "ready");
    yield* c.send(2);
    assert.equal(c.length, 1);
    assert.equal(yield* receiver, 1);
  });
});

test("length counts values in the buffer only, and capacity is what was asked for", async () => {
  await simulate(function* () {
    const rendezvous = channel<number>();
    go(function* () {
      yield* rendezvous.send(1);
    });
    yield* yieldNow();
    assert.deepEqual([rendezvous.length, rendezvous.capacity], [0, 0]); // a waiting sender is not in the buffer
    yield* rendezvous.receive();
    const c = channel<number>(3);
    const lengths: number[] = [];
    for (let n = 0; n < 3; n++) {
      yield* c.send(n);
      lengths.push(c.length);
    }
    for (let n = 0; n < 3; n++) {
      yield* c.receive();
      lengths.push(c.length);
    }
    assert.deepEqual(lengths, [1, 2, 3, 2, 1, 0]);
    assert.equal(c.capacity, 3);
    assert.equal(channel(Number.POSITIVE_INFINITY).capacity, Number.POSITIVE_INFINITY);
  });
});

test("a buffer of 10 takes 10 sends without giving up the turn, and the eleventh waits", async () => {
  const log: string[] = [];
  await simulate(function* () {
    const c = channel<number>(10);
    go(function* () {
      log.push("other");
      while (c.length > 0) yield* c.receive();
    });
    for (let n = 0; n < 10; n++) yield* c.send(n);
    log.push("ten");
    yield* c.send(10);
    log.push("eleven");
  });
  assert.deepEqual(log, ["ten", "other", "eleven"]);
});

test("the order of values survives a buffer that wraps around many times", async () => {
  await simulate(function* () {
    const c = channel<number>(7);
    let next = 0;
    let expected = 0;
    for (let round = 0; round < 500; round++) {
      for (let i = 0; i < (round % 7) + 1; i++) if (c.trySend(next)) next++;
      for (let i = 0; i < ((round * 3) % 7) + 1; i++) {
        const got = c.tryReceive();
        if (got.ok) assert.equal(got.value, expected++);
      }
    }
    assert.ok(expected > 1_000);
    assert.equal(next - expected, c.length);
  });
});
