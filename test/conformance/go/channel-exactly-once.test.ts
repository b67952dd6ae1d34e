// Many senders, many receivers: every value is received exactly once, however the tasks are interleaved and whichever form each end uses.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Channel,
  channel,
  EndOfChannel,
  go,
  type Operation,
  type Receiver,
  type Sender,
  select,
  yieldNow,
} from "offshoot";
import { simulate } from "../../../src/testing/simulate.ts";
import { orders } from "../../support/orders.ts";

type Give = (c: Sender<number>, value: number) => Operation<void>;
/** Takes values until the end of the channel. */
type Drain = (c: Receiver<number>, into: number[]) => Operation<void>;

const gives: Readonly<Record<string, Give>> = {
  *send(c, value) {
    yield* c.send(value);
  },
  *trySend(c, value) {
    while (!c.trySend(value)) yield* yieldNow();
  },
  *select(c, value) {
    yield* select({ c: c.send(value) });
  },
};

const drains: Readonly<Record<string, Drain>> = {
  *next(c, into) {
    for (let got = yield* c.next(); got.done !== true; got = yield* c.next()) into.push(got.value);
  },
  *receive(c, into) {
    try {
      for (;;) into.push(yield* c.receive());
    } catch (error) {
      if (!(error instanceof EndOfChannel)) throw error;
    }
  },
  *tryReceive(c, into) {
    for (;;) {
      const got = c.tryReceive();
      if (got.ok) into.push(got.value);
      else if (got.closed) return;
      else yield* yieldNow();
    }
  },
  *select(c, into) {
    for (;;) {
      const { value } = yield* select({ c: c.next() });
      if (value.done === true) return;
      into.push(value.value);
    }
  },
};

function* manyToMany(
  c: Channel<number>,
  senders: readonly Give[],
  receivers: readonly Drain[],
  each: number,
): Operation<number[]> {
  const into: number[] = [];
  const sending = senders.map((give, i) =>
    go(function* () {
      for (let n = 0; n < each; n++) yield* give(c, i * each + n);
    }),
  );
  const receiving = receivers.map((drain) => go(drain, c, into));
  for (const task of sending) yield* task;
  c.close();
  for (const task of receiving) yield* task;
  return into.sort((a, b) => a - b);
}

for (const capacity of [0, 1, 10]) {
  for (const [giveName, give] of Object.entries(gives)) {
    for (const [drainName, drain] of Object.entries(drains)) {
      if (capacity === 0 && giveName === "trySend" && drainName === "tryReceive") continue; // two that only try never meet on a rendezvous
      test(`every value given by ${giveName} is taken by ${drainName} exactly once (capacity ${capacity})`, async () => {
        let runs = 0;
        await orders(8, function* () {
          const c = channel<number>(capacity);
          const got = yield* manyToMany(c, [give, give, give], [drain, drain, drain], 12);
          assert.deepEqual(
            got,
            Array.from({ length: 36 }, (_, n) => n),
          );
          assert.deepEqual(c.stats(), { sent: 36, received: 36, dropped: 0, waitingSenders: 0, waitingReceivers: 0 });
          runs++;
        });
        assert.equal(runs, 9);
      });
    }
  }

  test(`all forms together give and take every value exactly once (capacity ${capacity})`, async () => {
    const { send, select: selectSend } = gives;
    await orders(25, function* () {
      const c = channel<number>(capacity);
      const got = yield* manyToMany(c, [send as Give, selectSend as Give, send as Give], Object.values(drains), 20);
      assert.deepEqual(
        got,
        Array.from({ length: 60 }, (_, n) => n),
      );
    });
  });
}

test("a hundred senders and a hundred receivers of ten thousand values lose and double none", async () => {
  for (const capacity of [0, 1, 128]) {
    const got = await simulate(() =>
      manyToMany(channel<number>(capacity), Array(100).fill(gives["send"]), Array(100).fill(drains["next"]), 100),
    );
    assert.equal(got.length, 10_000);
    for (const [i, n] of got.entries()) assert.equal(n, i);
  }
});

test("the invariants of the channel hold after every step", async () => {
  for (let seed = 0; seed < 20; seed++) {
    let c!: Channel<number> & { check(): void };
    let checks = 0;
    const check = (): void => {
      checks++;
      c.check();
    };
    await simulate(
      () => {
        c = channel<number>(seed % 4) as typeof c;
        return manyToMany(
          c,
          [gives["send"] as Give, gives["select"] as Give],
          [drains["next"] as Drain, drains["select"] as Drain],
          10,
        );
      },
      { seed, check },
    );
    assert.ok(checks > 5, `only ${checks} steps`);
  }
});
