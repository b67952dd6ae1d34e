// Shared channels between this thread and two others.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import {
  type Channel,
  ClosedError,
  channel,
  EndOfChannel,
  go,
  group,
  type Receiver,
  run,
  type Sender,
  select,
  TaskCancelledError,
} from "offshoot";
import { move, Pool, remote, sharedChannel } from "offshoot/parallel";
import { caught } from "../../support/caught.ts";
import { check, settle } from "../../support/channels.ts";
import { answers, asks, type Item, item, manyReceive, manySend, type Question, sends } from "./jobs.ts";

const jobs = remote<typeof import("./jobs.ts")>(new URL("./jobs.ts", import.meta.url));
const [one, two] = [new Pool({ threads: 1, name: "one" }), new Pool({ threads: 1, name: "two" })];
after(() => Promise.all([one.close(), two.close()]));

const numbers = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);
const sorted = (list: readonly number[]): number[] => [...list].sort((a, b) => a - b);

for (const capacity of [1, 2, 16])
  test(`many senders and receivers on three threads pass on each value once, in order, with capacity ${capacity}`, async () => {
    await run(function* () {
      const ch: Channel<Item> = sharedChannel<Item>(capacity, { bytes: 8_192 });
      const receivers = [
        go(() => one.run(jobs.manyReceive, ch, 2)),
        go(() => two.run(jobs.manyReceive, ch, 2)),
        go(() => manyReceive(ch, 2)),
      ];
      yield* group(function* (g) {
        g.go(() => one.run(jobs.manySend, ch, 0, 2, 150));
        g.go(() => two.run(jobs.manySend, ch, 2, 2, 150));
        g.go(manySend, ch, 4, 2, 150);
      });
      ch.close();
      const lists: Item[][] = [];
      for (const receiver of receivers) lists.push(...(yield* receiver));
      for (const list of lists)
        for (const sender of numbers(0, 6)) {
          const got = list.filter(({ from }) => from === sender).map(({ n }) => n);
          assert.deepEqual(got, sorted(got), "the values of one sender");
        }
      const all = lists.flat().sort((a, b) => a.from - b.from || a.n - b.n);
      assert.deepEqual(all, numbers(0, 6).flatMap((from) => numbers(0, 150).map((n) => item(from, n)))); // biome-ignore format: one line
      assert.deepEqual(ch.stats(), {
        sent: 900,
        received: 900,
        dropped: 0,
        waitingSenders: 0,
        waitingReceivers: 0,
        lostWithThread: 0,
      });
      check(ch);
    });
  });

test("two threads hand a value to and fro, each woken by the other", async () => {
  await run(function* () {
    const [there, back] = [sharedChannel<number>(1), sharedChannel<number>(1)];
    const echo = go(() => one.run(jobs.echoes, there, back));
    for (let n = 0; n < 500; n++) {
      yield* there.send(n);
      assert.equal(yield* back.receive(), n + 1);
    }
    there.close();
    assert.equal(yield* echo, 500);
  });
});

test("plain functions send without waiting, while others receive", async () => {
  await run(function* () {
    const ch = sharedChannel<number>(4);
    const senders = [
      go(() => one.run(jobs.triesToSend, ch, 0, 200)),
      go(() => two.run(jobs.triesToSend, ch, 200, 200)),
    ];
    const got: number[] = [];
    for (let n = 0; n < 400; n++) got.push(yield* ch.receive());
    for (const sender of senders) yield* sender;
    assert.deepEqual(sorted(got), numbers(0, 400));
  });
});

test("channels are awaited and iterated in async code, here and there", async () => {
  const ch = sharedChannel<number>(2);
  const there = one.run(jobs.iterates, ch);
  const iterating = there.then((got) => got);
  for (let n = 0; n < 100; n++) await ch.send(n);
  ch.close();
  assert.deepEqual(await iterating, numbers(0, 100));
});

test("a close is seen by all who wait, in every thread and in every way, and refuses those who come later", async () => {
  await run(function* () {
    const [ch, started] = [sharedChannel<number>(1), sharedChannel<number>(2)];
    const there = [one, two].map((pool) => go(() => pool.run(jobs.meetsTheEnd, ch, started)));
    const mine = go(() => caught(EndOfChannel, ch.receive()));
    for (const _ of there) yield* started.receive();
    yield* settle(mine);
    ch.close();
    yield* mine;
    for (const task of there) {
      assert.deepEqual((yield* task).sort(), [
        'next: {"done":true}',
        "receive: EndOfChannel",
        'select: {"key":"got","value":{"done":true}}',
        "send: ClosedError by sender, undefined",
      ]);
    }
  });
});

test("a close by another thread gives its error to the receivers, after what had been sent before", async () => {
  await run(function* () {
    const ch = sharedChannel<number>(2, { name: "jobs" });
    yield* ch.send(1);
    yield* one.run(jobs.closes, ch, "boom");
    assert.equal(ch.closed, true);
    assert.equal(yield* ch.receive(), 1);
    for (const op of [ch.receive(), ch.next()]) assert.equal((yield* caught(RangeError, op)).message, "boom");
    const error = yield* caught(ClosedError, ch.send(2));
    assert.equal(error.by, "sender");
    assert.match(error.message, /^Channel\.send: "jobs" was closed by thread \d+ after 1 value\./);
    assert.match((yield* caught(RangeError, two.run(jobs.sumsOf, ch as never, 1))).message, /^boom/);
    const again = yield* caught(Error, two.run(jobs.closes, ch));
    assert.match(again.message, /^Channel\.close: "jobs" was closed before by thread \d+\. Close a channel once/);
  });
});

test("a cancel by another thread drops what is held, and refuses the senders of all threads, also those that wait", async () => {
  await run(function* () {
    for (const value of [7, "x".repeat(3_000)]) {
      const ch: Channel<unknown> = sharedChannel<unknown>(2, { bytes: 8_192 });
      const started = sharedChannel<number>(1);
      ch.trySend(value);
      ch.trySend(value);
      const theirs = go(() => one.run(jobs.meetsRefusal, ch, value, started));
      yield* started.receive();
      const mine = go(() => caught(ClosedError, ch.send(value)));
      yield* settle(mine);
      yield* two.run(jobs.cancels, ch, "enough");
      const error = yield* mine;
      assert.equal(error.by, "receiver");
      assert.ok(error.cause instanceof RangeError && error.cause.message === "enough");
      assert.equal(yield* theirs, "ClosedError by receiver, enough");
      assert.deepEqual([ch.length, ch.stats().sent, ch.stats().dropped], [0, 2, 2]);
      yield* caught(EndOfChannel, ch.receive());
      check(ch);
    }
  });
});

test("a producer in another thread whose consumer leaves ends as cancelled, and its thread goes on", async () => {
  await run(function* () {
    const ch: Channel<Item> = sharedChannel<Item>(2);
    const producer = one.go(jobs.sends, ch, 0, 1_000_000);
    assert.equal((yield* ch.receive()).n, 0);
    ch.cancel();
    assert.ok((yield* caught(TaskCancelledError, producer)).reason instanceof ClosedError);
    assert.equal(producer.status, "cancelled");
    assert.equal(yield* one.run(jobs.triesToSend, sharedChannel<number>(8), 0, 3), 0);
  });
});

test("a select in another thread takes from two shared channels and a local one, each value once", async () => {
  await run(function* () {
    const [a, b] = [sharedChannel<number>(1), sharedChannel<number>(3)];
    const tasks = [one, two].map((pool) => go(() => pool.run(jobs.selects, a, b, 40)));
    const local = channel<number>(1);
    const spread = { a: [] as number[], b: [] as number[] };
    go(function* () {
      for (let n = 0; n < 300; n++) yield* local.send(n);
      local.close();
    });
    for (let next = yield* local.next(); !next.done; next = yield* local.next())
      spread[(yield* select({ a: a.send(next.value), b: b.send(next.value) })).key].push(next.value);
    a.close();
    b.close();
    const got: Record<string, number[]> = { a: [], b: [], local: [] };
    for (const task of tasks)
      for (const [key, list] of Object.entries(yield* task)) {
        assert.deepEqual(list, sorted(list));
        got[key]?.push(...list);
      }
    assert.deepEqual([sorted(got["a"] ?? []), sorted(got["b"] ?? [])], [spread.a, spread.b]);
    assert.equal(got["local"]?.length, 80);
  });
});

test("selects that send from several threads put each value into one of the channels", async () => {
  await run(function* () {
    const [a, b] = [sharedChannel<number>(1), sharedChannel<number>(1)];
    const senders = [one, two].map((pool, i) => go(() => pool.run(jobs.spreads, a, b, i * 200, 200)));
    const got: number[] = [];
    for (let n = 0; n < 400; n++) got.push((yield* select([a.receive(), b.receive()])).value);
    for (const sender of senders) yield* sender;
    assert.deepEqual(sorted(got), numbers(0, 400));
    assert.deepEqual([a.length, b.length], [0, 0]);
  });
});

test("a channel goes through a channel to a third thread, and all three use it", async () => {
  await run(function* () {
    const [first, second] = [sharedChannel<Question>(2), sharedChannel<Question>(2)];
    const passing = go(() => one.run(jobs.passes, first, second as Sender<unknown>));
    const answering = go(() => two.run(jobs.answers, second));
    for (let n = 0; n < 40; n++) {
      const to = sharedChannel<number>(1);
      yield* first.send({ n, to });
      assert.equal(yield* to.receive(), n * n);
    }
    first.close();
    yield* passing;
    yield* answering;
  });
});

test("new channels in messages reach whoever takes them, while every thread asks and answers", async () => {
  await run(function* () {
    const questions = sharedChannel<Question>(3, { bytes: 4_096 });
    const answering = [go(() => one.run(jobs.answers, questions)), go(() => two.run(jobs.answers, questions)), go(answers, questions)]; // biome-ignore format: one line
    const asking = [
      ...[one, one, two, two].map((pool, i) => go(() => pool.run(jobs.asks, questions, i * 40, 40))),
      ...[0, 1].map((i) => go(asks, questions, i * 40, 40)),
    ];
    for (const task of asking) assert.equal(yield* task, 40);
    questions.close();
    for (const task of answering) yield* task;
    check(questions);
  });
});

test("a channel that a worker has made is received here, passed on to another worker, and drained there", async () => {
  await run(function* () {
    const offers = sharedChannel<Receiver<number>>(1);
    const offering = go(() => one.run(jobs.offers, offers, 50));
    const theirs = (yield* offers.receive()) as Channel<number>;
    assert.equal(theirs.name, "made in a worker");
    assert.equal(yield* theirs.receive(), 0);
    assert.deepEqual(yield* two.run(jobs.iterates, theirs), numbers(1, 49));
    yield* offering;
    const itself = sharedChannel<unknown>(2);
    const back = sharedChannel<unknown>(2);
    yield* itself.send({ itself });
    itself.close();
    yield* one.run(jobs.passes, itself, back);
    assert.deepEqual(yield* back.receive(), { itself });
  });
});

test("large values go between threads whole, with no more under way than there is room for", async () => {
  await run(function* () {
    const ch: Channel<Item> = sharedChannel<Item>(64, { bytes: 8_192 });
    const senders = [go(() => one.run(jobs.manySend, ch, 0, 2, 100)), go(() => two.run(jobs.sends, ch, 2, 100)), go(sends, ch, 3, 100)]; // biome-ignore format: one line
    const next = [0, 0, 0, 0];
    for (let i = 0; i < 400; i++) {
      const got = yield* ch.receive();
      assert.deepEqual(got, item(got.from, next[got.from] as number));
      next[got.from] = got.n + 1;
    }
    for (const sender of senders) yield* sender;
    assert.equal(ch.length, 0);
    check(ch);
  });
});

test("moved buffers arrive, and are gone where they were sent from", async () => {
  await run(function* () {
    const sizes = [1, 96, 97, 5_000, 60_000];
    const ch: Channel<Uint8Array> = sharedChannel<Uint8Array>(8, { bytes: 2 ** 17 });
    const left = go(() => one.run(jobs.movesAway, ch, sizes));
    for (const size of sizes) assert.deepEqual(yield* ch.receive(), new Uint8Array(size).fill(size % 251));
    assert.deepEqual(yield* left, [0, 0, 0, 0, 0]);
    const mine = new Uint8Array(30_000).fill(1);
    const sums = go(() => two.run(jobs.sumsOf, ch, 1));
    yield* ch.send(move(mine));
    assert.equal(mine.byteLength, 0);
    assert.deepEqual(yield* sums, [30_000]);
  });
});

test("receivers that are cancelled at any moment, in workers too, lose no value", async () => {
  await run(function* () {
    for (const seed of [1, 2, 3]) {
      const ch = sharedChannel<number>(seed);
      const tasks = [one, two].map((pool, i) => go(() => pool.run(jobs.receivesFickly, ch, seed * 10 + i)));
      for (let n = 0; n < 300; n++) yield* ch.send(n);
      ch.close();
      const got: number[] = [];
      for (const task of tasks) got.push(...(yield* task));
      assert.deepEqual(sorted(got), numbers(0, 300));
      assert.equal(ch.stats().received, 300);
    }
  });
});

test("senders that are cancelled at any moment, in workers too, have sent each value once or not at all", async () => {
  await run(function* () {
    for (const seed of [1, 2, 3]) {
      const ch = sharedChannel<number>(1);
      const tasks = [one, two].map((pool, i) =>
        go(() => pool.run(jobs.sendsFickly, ch, numbers(i * 200, 200), seed * 10 + i)),
      );
      const got: number[] = [];
      for (let n = 0; n < 400; n++) got.push(yield* ch.receive());
      for (const task of tasks) yield* task;
      assert.deepEqual(sorted(got), numbers(0, 400));
      assert.equal(ch.length, 0);
    }
  });
});
