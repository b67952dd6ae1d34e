// Situations in which implementations of select have gone wrong before, each told anew: a queue that was damaged when a loser left it, a value that came
// twice, a default taken although a close had come, a case that stood in one line twice.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Channel,
  channel,
  go,
  never,
  type Operation,
  type Selectable,
  select,
  selectNow,
  yieldNow,
} from "offshoot";
import { simulate } from "../../../src/testing/simulate.ts";
import { orders } from "../../support/orders.ts";

test("values spread over four channels by selects, and gathered by selects that name each twice, come once each", async () => {
  for (const capacity of [0, 2]) {
    await orders(15, function* () {
      const [a, b, c, d] = [0, 1, 2, 3].map(() => channel<number>(capacity)) as [
        Channel<number>,
        Channel<number>,
        Channel<number>,
        Channel<number>,
      ];
      const merged = channel<number>();
      const spreading = go(function* () {
        for (let n = 0; n < 60; n++) yield* select({ a: a.send(n), b: b.send(n), c: c.send(n), d: d.send(n) });
        for (const each of [a, b, c, d]) each.close();
      });
      const gathering = [a, b, c, d].map((each) =>
        go(function* () {
          for (;;) {
            const { value } = yield* select({ once: each.next(), twice: each.next() });
            if (value.done === true) return;
            yield* merged.send(value.value);
          }
        }),
      );
      go(function* () {
        yield* spreading;
        for (const task of gathering) yield* task;
        merged.close();
      });
      const seen: number[] = [];
      for (let got = yield* merged.next(); got.done !== true; got = yield* merged.next()) seen.push(got.value);
      assert.deepEqual(
        seen.sort((x, y) => x - y),
        Array.from({ length: 60 }, (_, n) => n),
      );
    });
  }
});

test("a select that leaves the middle of a line keeps the line whole on both sides of it", async () => {
  await orders(20, function* () {
    const line = channel<string>();
    const other = channel<string>();
    const served: string[] = [];
    const receivers: string[] = [];
    function* plain(name: string): Operation<void> {
      receivers.push(name);
      served.push(name + (yield* line.receive()));
    }
    const before = go(plain, "before");
    for (let n = 0; n < 12; n++) yield* yieldNow();
    const middle = go(() => select({ line: line.receive(), other: other.receive() }));
    for (let n = 0; n < 12; n++) yield* yieldNow();
    const after = go(plain, "after");
    for (let n = 0; n < 12; n++) yield* yieldNow();
    yield* other.send("x"); // the select leaves the line
    assert.equal((yield* middle).key, "other");
    yield* line.send("1");
    yield* line.send("2");
    yield* before;
    yield* after;
    assert.deepEqual(served.sort(), receivers.map((name, i) => name + (i + 1)).sort());
    assert.equal(line.stats().waitingReceivers, 0);
  });
});

test("selects that stand in one another's lines, all of them with the same two channels, are served one value each", async () => {
  await orders(20, function* () {
    const a = channel<number>();
    const b = channel<number>();
    const tasks = Array.from({ length: 6 }, (_, i) =>
      go(() => (i % 2 === 0 ? select([a.receive(), b.receive()]) : select([b.receive(), a.receive()]))),
    );
    for (let n = 0; n < 6; n++) yield* select([a.send(n), b.send(n)]);
    const values: number[] = [];
    for (const task of tasks) values.push((yield* task).value);
    assert.deepEqual(
      values.sort((x, y) => x - y),
      [0, 1, 2, 3, 4, 5],
    );
    assert.deepEqual([a.stats().waitingReceivers, b.stats().waitingReceivers], [0, 0]);
  });
});

test("a select with one channel in many of its cases is completed once, and its other records go", async () => {
  await orders(20, function* () {
    const c = channel<number>();
    const task = go(() => select(Array.from({ length: 10 }, () => c.receive())));
    const next = go(() => c.receive());
    yield* c.send(1);
    yield* c.send(2);
    assert.deepEqual([(yield* task).value, yield* next].sort(), [1, 2]);
    assert.deepEqual(c.stats(), { sent: 2, received: 2, dropped: 0, waitingSenders: 0, waitingReceivers: 0 });
  });
});

test("the default is not taken when a value and then the close have come before the look", async () => {
  await orders(40, function* () {
    const c = channel<number>(1);
    const closing = go(function* () {
      yield* c.send(1);
      c.close();
    });
    yield* closing;
    const first = selectNow({ c: c.next() });
    const second = selectNow({ c: c.next() });
    assert.deepEqual(first?.value, { done: false, value: 1 });
    assert.deepEqual(second?.value, { done: true, value: undefined });
  });
});

test("of a value in one channel and the close of another, whichever came, one is ready, so the default is never taken", async () => {
  let looks = 0;
  await orders(60, function* () {
    const values = channel<number>(1);
    const ends = channel<number>(1);
    const mover = go(function* () {
      yield* yieldNow();
      values.trySend(1); // from here on the one
      yield* yieldNow();
      ends.close(); // and the other, before the value may be taken
    });
    while (values.length === 0) yield* yieldNow();
    for (let n = 0; n < 5; n++) {
      const got = selectNow({ value: values.next(), end: ends.next() });
      assert.notEqual(got, undefined);
      if (got?.key === "value") values.trySend(1);
      looks++;
      yield* yieldNow();
    }
    yield* mover;
  });
  assert.equal(looks, 61 * 5);
});

test("a select that sends 0 or 1 sends either while it need not wait, and the first one written when it has waited", async () => {
  // Go spreads both alike; DESIGN.md, fine points, says that a waiting select meets a receiver in the order written
  for (const [capacity, least, most] of [
    [Number.POSITIVE_INFINITY, 850, 1_150],
    [0, 0, 1],
  ] as const) {
    const ones = await simulate(function* () {
      const c = channel<number>(capacity);
      go(function* () {
        for (let n = 0; n < 2_000; n++) yield* select([c.send(0), c.send(1)]);
        c.close();
      });
      yield* yieldNow();
      let ones = 0;
      for (let got = yield* c.next(); got.done !== true; got = yield* c.next()) {
        ones += got.value;
        yield* yieldNow();
      }
      return ones;
    });
    assert.ok(ones >= least && ones <= most, `capacity ${capacity}: ${ones} of 2000`);
  }
});

test("two tasks that each select to send or to receive on one buffered channel go on for ever, without losing a value", async () => {
  for (const capacity of [1, 5]) {
    await orders(15, function* () {
      const c = channel<string>(capacity);
      const counts = { sent: 0, received: 0 };
      const tasks = ["x", "y"].map((name) =>
        go(function* () {
          for (let n = 0; n < 100; n++) {
            const got = yield* select({ sent: c.send(name), received: c.receive() });
            counts[got.key]++;
          }
        }),
      );
      for (const task of tasks) yield* task;
      assert.equal(counts.sent + counts.received, 200);
      assert.equal(counts.sent - counts.received, c.length);
    });
  }
});

/** What a select does on these cases: the key it takes at once, or "waits". */
const table: readonly (readonly [string, () => Readonly<Record<string, Selectable<unknown>>>, string])[] = [
  ["no case", () => ({}), "waits"],
  ["never", () => ({ never }), "waits"],
  ["receive from an empty rendezvous", () => ({ r: channel().receive() }), "waits"],
  ["send to an empty rendezvous", () => ({ s: channel<number>().send(1) }), "waits"],
  ["receive from an empty buffer", () => ({ r: channel(10).receive() }), "waits"],
  ["send to an empty buffer", () => ({ s: channel<number>(10).send(1) }), "s"],
  ["receive from a full buffer", () => ({ r: full().receive() }), "r"],
  ["send to a full buffer", () => ({ s: full().send(2) }), "waits"],
  ["next on a closed channel", () => ({ n: closed().next() }), "n"],
  ["never beside what is ready", () => ({ never, s: channel<number>(1).send(1) }), "s"],
];

function full(): Channel<number> {
  const c = channel<number>(1);
  c.trySend(1);
  return c;
}

function closed(): Channel<number> {
  const c = channel<number>();
  c.close();
  return c;
}

for (const [what, cases, expected] of table) {
  test(`whether a select waits: ${what}: ${expected}`, async () => {
    assert.equal(selectNow(cases())?.key ?? "waits", expected);
    const status = await simulate(function* () {
      const task = go(() => select(cases()));
      yield* yieldNow();
      if (task.status === "waiting") {
        task.cancel();
        return "waits";
      }
      return (yield* task).key;
    });
    assert.equal(status, expected);
  });
}
