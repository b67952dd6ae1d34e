// A tasklet's channel: its balance, its iteration, errors sent through it, and its life from open over closing to closed. Where Stackless raises ValueError
// on a closed channel, a sender gets ClosedError and a receiver EndOfChannel (DESIGN.md section 4); nothing opens a channel again.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Channel, ClosedError, channel, EndOfChannel, go, MisuseError, never, yieldNow } from "offshoot";
import { simulate } from "../../../src/testing/simulate.ts";
import { caught, thrown } from "../../support/caught.ts";

/** Stackless's balance: senders in line count up, receivers down. */
function balance(c: Channel<never> | Channel<number>): number {
  const { waitingSenders, waitingReceivers } = c.stats();
  return waitingSenders - waitingReceivers;
}

test("the balance goes up with each waiting sender and down with each waiting receiver", async () => {
  const seen: number[] = [];
  await simulate(function* () {
    const c = channel<number>();
    seen.push(balance(c));
    for (let n = 0; n < 3; n++) {
      go(() => c.send(n));
      yield* yieldNow();
      seen.push(balance(c));
    }
    for (let n = 0; n < 3; n++) {
      assert.equal(yield* c.receive(), n);
      seen.push(balance(c));
    }
    for (let n = 0; n < 2; n++) {
      go(() => c.receive());
      yield* yieldNow();
      seen.push(balance(c));
    }
    for (let n = 0; n < 2; n++) {
      yield* c.send(n);
      seen.push(balance(c));
    }
  });
  assert.deepEqual(seen, [0, 1, 2, 3, 2, 1, 0, -1, -2, -1, 0]);
});

test("the balance of a channel is what it was after a waiter was killed", async () => {
  await simulate(function* () {
    const c = channel<number>();
    const tasks = [0, 1, 2].map((n) => go(() => c.send(n)));
    yield* yieldNow();
    assert.equal(balance(c), 3);
    tasks[1]!.cancel();
    assert.equal(balance(c), 2);
    assert.equal(yield* c.receive(), 0);
    assert.equal(yield* c.receive(), 2);
    assert.equal(balance(c), 0);
  });
});

test("iteration over a channel ends at its close; no StopIteration has to be sent", async () => {
  const got: number[] = [];
  await simulate(async () => {
    const c = channel<number>();
    const feeding = (async () => {
      for (let n = 0; n < 10; n++) await c.send(n);
      c.close();
    })();
    for await (const value of c) got.push(value);
    await feeding;
  });
  assert.deepEqual(got, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test("two iterations of one channel share its values", async () => {
  const got: number[][] = [[], []];
  await simulate(function* () {
    const c = channel<number>();
    for (const list of got) {
      go(async () => {
        for await (const value of c) list.push(value);
      });
    }
    for (let n = 0; n < 20; n++) yield* c.send(n);
    c.close();
  });
  assert.deepEqual(
    got.flat().sort((a, b) => a - b),
    Array.from({ length: 20 }, (_, n) => n),
  );
  assert.ok(got.every((list) => list.length > 0));
});

test("leaving an iteration early changes nothing: the channel stays open, and the next reader goes on where it was left", async () => {
  const got: number[] = [];
  await simulate(async () => {
    const c = channel<number>(10);
    for (let n = 0; n < 6; n++) c.trySend(n);
    for await (const value of c) {
      got.push(value);
      if (value === 2) break;
    }
    assert.equal(c.closed, false);
    assert.equal(c.length, 3);
    c.close();
    for await (const value of c) got.push(value);
  });
  assert.deepEqual(got, [0, 1, 2, 3, 4, 5]);
});

test("an error ends an iteration when it is closed with it: send_exception as the last word", async () => {
  const failure = new RangeError("source failed");
  const got: number[] = [];
  await simulate(async () => {
    const c = channel<number>(2);
    c.trySend(1);
    c.trySend(2);
    c.close(failure);
    await assert.rejects(
      async () => {
        for await (const value of c) got.push(value);
      },
      (error) => error === failure,
    );
  });
  assert.deepEqual(got, [1, 2]);
});

test("an error sent as a value is a value: the receiver decides whether to throw it", async () => {
  const failure = new RangeError("sent");
  await simulate(function* () {
    const c = channel<Error>();
    go(() => c.send(failure));
    const got = yield* c.receive();
    assert.equal(got, failure);
    go(() => c.send(failure));
    const raising = c.receive().map((error): never => {
      throw error;
    });
    assert.equal(yield* caught(RangeError, raising), failure); // send_throw, on the receiver's side
  });
});

test("a channel that is closing still drains: closed is true at once, values come to the last, then the end", async () => {
  await simulate(function* () {
    const c = channel<number>(3);
    for (let n = 0; n < 3; n++) yield* c.send(n);
    assert.equal(c.closed, false);
    c.close();
    assert.equal(c.closed, true);
    for (let n = 0; n < 3; n++) {
      yield* caught(ClosedError, c.send(9)); // no sender any more, though there are values
      assert.equal(yield* c.receive(), n);
    }
    yield* caught(EndOfChannel, c.receive());
    assert.deepEqual(c.stats(), { sent: 3, received: 3, dropped: 0, waitingSenders: 0, waitingReceivers: 0 });
  });
});

test("closing does not let waiting senders finish, unlike Stackless: they get ClosedError, and their values are not delivered", async () => {
  await simulate(function* () {
    const c = channel<number>();
    const sender = go(() => caught(ClosedError, c.send(1)));
    yield* yieldNow();
    c.close();
    yield* caught(EndOfChannel, c.receive());
    assert.equal((yield* sender).by, "sender");
    assert.equal(c.stats().sent, 0);
  });
});

test("a closed channel stays closed: closing again is misuse, and there is no way to open it", async () => {
  const c = channel<number>();
  c.close();
  thrown(MisuseError, () => c.close());
  assert.equal("open" in c, false);
  assert.equal(c.closed, true);
});

test("a receiver killed while it waits on a closing channel takes nothing from it", async () => {
  await simulate(function* () {
    const c = channel<number>();
    const task = go(() => c.receive());
    yield* yieldNow();
    task.cancel();
    c.close();
    yield* yieldNow();
    assert.equal(task.status, "cancelled");
    assert.equal(c.stats().waitingReceivers, 0);
  });
});

test("a killed receiver that close had already woken sees the end, then the kill", async () => {
  const log: string[] = [];
  await simulate(function* () {
    const c = channel<number>();
    const task = go(function* () {
      log.push(`done ${(yield* c.next()).done}`);
      try {
        yield* never;
      } finally {
        log.push("killed");
      }
    });
    yield* yieldNow();
    c.close();
    task.cancel();
  });
  assert.deepEqual(log, ["done true", "killed"]);
});
