// A shared channel within one thread, where it is a channel: each test is passed by local channels too.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { type Channel, channel, currentTask, go, group, MisuseError, type Operation, run, type Task } from "offshoot";
import { sharedChannel } from "offshoot/parallel";
import { caught, thrown } from "../../support/caught.ts";
import { check, inOrders, settle, sorts } from "../../support/channels.ts";

for (const [sort, make] of sorts) {
  test(`${sort}: values come out in the order they were sent, and no more are held than the capacity`, async () => {
    await inOrders(function* () {
      for (const capacity of [1, 2, 3, 5, 8, 64]) {
        const ch = make<number>(capacity);
        let sent = 0;
        const sender = go(function* () {
          for (let n = 0; n < 200; n++) {
            yield* ch.send(n);
            sent++;
          }
        });
        for (let n = 0; n < 200; n++) {
          assert.equal(yield* ch.receive(), n);
          assert.ok(sent - n - 1 <= capacity, `${sent} sent, ${n + 1} received`);
          assert.ok(ch.length <= capacity);
        }
        yield* sender;
        check(ch);
      }
    });
  });

  test(`${sort}: a send waits while there is no room, and a receive while there is no value`, async () => {
    await inOrders(function* () {
      const ch = make<number>(2);
      yield* ch.send(1);
      yield* ch.send(2);
      const sender = go(() => ch.send(3));
      yield* settle(sender);
      assert.equal(sender.status, "waiting");
      assert.equal(yield* ch.receive(), 1);
      yield* sender;
      for (const n of [2, 3]) assert.equal(yield* ch.receive(), n);
      const receiver = go(() => ch.receive());
      yield* settle(receiver);
      assert.equal(receiver.status, "waiting");
      yield* ch.send(4);
      assert.equal(yield* receiver, 4);
    });
  });

  test(`${sort}: senders and receivers that wait are each served first come, first served`, async () => {
    await inOrders(function* () {
      for (const capacity of [1, 3]) {
        const ch = make<number>(capacity);
        const receivers: Task<number>[] = [];
        for (let n = 0; n < 5; n++) {
          receivers.push(go(() => ch.receive()));
          yield* settle(...receivers);
        }
        for (let n = 0; n < 5; n++) yield* ch.send(n);
        for (let n = 0; n < 5; n++) assert.equal(yield* receivers[n] as Task<number>, n);
        const senders: Task<void>[] = [];
        for (let n = 0; n < 8; n++) {
          senders.push(go(() => ch.send(n)));
          yield* settle(...senders);
        }
        assert.equal(ch.length, capacity);
        for (let n = 0; n < 8; n++) assert.equal(yield* ch.receive(), n);
        for (const sender of senders) yield* sender;
      }
    });
  });

  test(`${sort}: who comes later does not go before those who wait`, async () => {
    await inOrders(function* () {
      const ch = make<number>(1);
      const first = go(() => ch.receive());
      yield* settle(first);
      ch.trySend(1);
      assert.deepEqual(ch.tryReceive(), { ok: false, closed: false });
      assert.equal(yield* first, 1);
      ch.trySend(2);
      const second = go(() => ch.send(3));
      yield* settle(second);
      assert.deepEqual(ch.tryReceive(), { ok: true, value: 2 });
      assert.equal(ch.trySend(4), false);
      yield* second;
      assert.equal(yield* ch.receive(), 3);
    });
  });

  test(`${sort}: many senders and receivers pass on each value once, and those of each sender in order`, async () => {
    await inOrders(function* () {
      const ch = make<[number, number]>(3);
      const got: [number, number][][] = [];
      const receivers = [0, 1, 2].map((i) =>
        go(function* (): Operation<void> {
          const mine: [number, number][] = [];
          got[i] = mine;
          for (let next = yield* ch.next(); !next.done; next = yield* ch.next()) mine.push(next.value);
        }),
      );
      yield* group(function* (g) {
        for (const sender of [0, 1, 2, 3])
          g.go(function* (): Operation<void> {
            for (let n = 0; n < 40; n++) yield* ch.send([sender, n]);
          });
      });
      ch.close();
      for (const receiver of receivers) yield* receiver;
      for (const mine of got)
        for (const sender of [0, 1, 2, 3]) {
          const numbers = mine.filter(([from]) => from === sender).map(([, n]) => n);
          assert.deepEqual(
            numbers,
            [...numbers].sort((a, b) => a - b),
          );
        }
      assert.equal(new Set(got.flat().map(String)).size, 160);
      assert.equal(got.flat().length, 160);
      check(ch);
    });
  });

  test(`${sort}: trySend and tryReceive never wait, and tell whether they have done it`, () => {
    const ch = make<number>(2);
    assert.deepEqual(ch.tryReceive(), { ok: false, closed: false });
    assert.deepEqual([ch.trySend(1), ch.trySend(2), ch.trySend(3)], [true, true, false]);
    assert.deepEqual(ch.tryReceive(), { ok: true, value: 1 });
    assert.equal(ch.trySend(4), true);
    assert.deepEqual([ch.tryReceive(), ch.tryReceive()].map((got) => got.ok && got.value), [2, 4]); // biome-ignore format: one line
    assert.deepEqual(ch.tryReceive(), { ok: false, closed: false });
  });

  test(`${sort}: next answers as an iterator does`, async () => {
    await inOrders(function* () {
      const ch = make<number | undefined>(2);
      yield* ch.send(1);
      yield* ch.send(undefined);
      ch.close();
      assert.deepEqual(yield* ch.next(), { done: false, value: 1 });
      assert.deepEqual(yield* ch.next(), { done: false, value: undefined });
      assert.deepEqual(yield* ch.next(), { done: true, value: undefined });
      assert.deepEqual(yield* ch.next(), { done: true, value: undefined });
    });
  });

  test(`${sort}: stats count what was sent and received, and who waits`, async () => {
    await inOrders(function* () {
      const ch = make<number>(2);
      const before = ch.stats();
      assert.ok(Object.isFrozen(before));
      const counts = (): unknown => {
        const { sent, received, dropped, waitingSenders, waitingReceivers } = ch.stats();
        return [sent, received, dropped, waitingSenders, waitingReceivers];
      };
      const receivers = [0, 1].map(() => go(() => ch.receive()));
      yield* settle(...receivers);
      assert.deepEqual(counts(), [0, 0, 0, 0, 2]);
      const senders = [0, 1, 2, 3, 4, 5].map((n) => go(() => ch.send(n)));
      yield* settle(...receivers, ...senders);
      assert.deepEqual(counts(), [4, 2, 0, 2, 0]);
      assert.equal(before.sent, 0);
      for (let n = 2; n < 6; n++) yield* ch.receive();
      for (const task of [...receivers, ...senders]) yield* task;
      assert.deepEqual(counts(), [6, 6, 0, 0, 0]);
    });
  });

  test(`${sort}: one leaf may be used many times, and by several tasks at once`, async () => {
    await inOrders(function* () {
      const ch = make<number>(1);
      const receive = ch.receive();
      const send = ch.send(7);
      const tasks = [0, 1, 2].map(() => go(() => receive));
      const mapped = [0, 1, 2].map(() => go(() => receive.map((n) => n * 2)));
      yield* settle(...tasks, ...mapped);
      for (let i = 0; i < 6; i++) yield* send;
      for (const task of tasks) assert.equal(yield* task, 7);
      for (const task of mapped) assert.equal(yield* task, 14);
    });
  });

  test(`${sort}: the error of a mapping reaches the receiver, and not the sender`, async () => {
    await inOrders(function* () {
      const ch = make<number>(1);
      const failing = ch.receive().map((n) => {
        if (n < 0) throw new RangeError("negative");
        return n;
      });
      const sender = go(function* () {
        for (const n of [-1, 1]) yield* ch.send(n);
        return "untouched";
      });
      yield* caught(RangeError, failing);
      assert.equal(yield* failing, 1);
      assert.equal(yield* sender, "untouched");
    });
  });

  test(`${sort}: operations are awaited in async code, in tasks and outside`, async () => {
    const ch = make<number>(1);
    const waiting = [ch.receive().then(String), ch.next().then((got) => `next ${got.value}`)];
    await ch.send(1);
    await ch.send(2);
    assert.deepEqual(await Promise.all(waiting), ["1", "next 2"]);
    const full = (async () => {
      for (let n = 3; n < 30; n++) await ch.send(n);
      ch.close();
    })();
    const all = await run(async () => {
      const got: number[] = [];
      for await (const n of ch) got.push(n);
      return got;
    });
    await full;
    assert.deepEqual(all, Array.from({ length: 27 }, (_, i) => i + 3)); // biome-ignore format: one line
  });

  test(`${sort}: leaving a for await cancels nothing, and each then is a fresh attempt`, async () => {
    const ch = make<number>(8);
    for (let n = 0; n < 6; n++) ch.trySend(n);
    const seen: number[] = [];
    for await (const n of ch) {
      seen.push(n);
      if (n === 2) break;
    }
    const receive = ch.receive();
    seen.push(await receive, await receive);
    assert.deepEqual(seen, [0, 1, 2, 3, 4]);
    assert.equal(ch.closed, false);
    assert.deepEqual(ch.tryReceive(), { ok: true, value: 5 });
  });

  test(`${sort}: an async body waits through its task, and is reached there by a cancellation`, async () => {
    const ch = make<number>(1);
    const said = channel<string>();
    await run(function* () {
      const task = go(async function listens() {
        const me = currentTask();
        const first = await me.run(ch.receive());
        await me.run(said.send("first"));
        try {
          await me.run(ch.receive());
        } catch {
          return first;
        }
        return -1;
      });
      yield* ch.send(7);
      yield* said.receive();
      task.cancel();
      assert.equal(yield* task, 7);
      yield* ch.send(8); // nobody stands there any more
      assert.deepEqual(ch.tryReceive(), { ok: true, value: 8 });
    });
  });
}

test("slots and pages are used again and again, for as many values as there come", async () => {
  await run(function* () {
    for (const capacity of [1, 3, 100]) {
      const ch = sharedChannel<number | string>(capacity, { bytes: 4_096 });
      const numbered = (n: number): number | string => (n % 3 === 0 ? n : `${n}`.repeat(n % 3 === 1 ? 4 : 300));
      const sender = go(function* () {
        for (let n = 0; n < 3_000; n++) yield* ch.send(numbered(n));
      });
      for (let n = 0; n < 3_000; n++) assert.equal(yield* ch.receive(), numbered(n));
      yield* sender;
      assert.equal(ch.length, 0);
      check(ch);
    }
  });
});

test("a shared channel has a name, a capacity of its own, and tells how full it is", async () => {
  const ch: Channel<number> = sharedChannel<number>(3, { name: "jobs" });
  assert.deepEqual([ch.name, ch.capacity, ch.length, ch.closed], ["jobs", 3, 0, false]);
  ch.trySend(1);
  assert.equal(inspect(ch), '[shared channel "jobs", open, 1 of 3 in its buffer]');
  ch.close();
  assert.equal(ch.closed, true);
  assert.equal(sharedChannel(1).name, "shared channel");
  assert.equal(sharedChannel(1, { name: undefined, bytes: undefined }).name, "shared channel");
  assert.deepEqual(sharedChannel(1).stats(), {
    sent: 0,
    received: 0,
    dropped: 0,
    waitingSenders: 0,
    waitingReceivers: 0,
    lostWithThread: 0,
  });
});

test("a capacity, a name or a number of bytes that cannot be is misuse, and says what may be", () => {
  for (const capacity of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31, "3", null, undefined, {}]) {
    const { message } = thrown(MisuseError, () => sharedChannel(capacity as number));
    assert.match(message, /^sharedChannel: the capacity must be a whole number from 1 to \d+, got .*\. A rendezvous /);
  }
  for (const bytes of [-1, 0.5, Number.NaN, 2 ** 40, "1", null]) {
    const { message } = thrown(MisuseError, () => sharedChannel(1, { bytes: bytes as number }));
    assert.match(message, /^sharedChannel: bytes must be a whole number from 0 to \d+, got /);
  }
  assert.match(thrown(MisuseError, () => sharedChannel(1, { name: 5 as never })).message, /name must be a string/);
  for (const options of [null, 5, "name"])
    assert.match(thrown(MisuseError, () => sharedChannel(1, options as never)).message, /options must be an object/);
});
