// Shared channels as cases of a select, and operations that are cancelled while they wait: nothing is lost, and nothing is done twice. Local channels pass these tests too.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  all,
  any,
  type Channel,
  channel,
  EndOfChannel,
  fromIterable,
  go,
  map,
  moveOnAfter,
  never,
  type Operation,
  race,
  run,
  select,
  selectNow,
  sleep,
  type Task,
  TaskCancelledError,
  TimeoutError,
  timeout,
  timer,
} from "offshoot";
import { sharedChannel } from "offshoot/parallel";
import { caught } from "../../support/caught.ts";
import { check, inOrders, settle, sorts } from "../../support/channels.ts";

for (const [sort, make] of sorts) {
  test(`${sort}: a select takes from whichever channel has something, and leaves the others as they are`, async () => {
    await inOrders(function* () {
      const [mine, local] = [make<number>(2), channel<number>(2)];
      const select2 = (): Operation<unknown> => select({ mine: mine.receive(), local: local.receive() });
      mine.trySend(1);
      assert.deepEqual(yield* select2(), { key: "mine", value: 1 });
      local.trySend(2);
      assert.deepEqual(yield* select2(), { key: "local", value: 2 });
      const both = go(select2);
      yield* settle(both);
      mine.trySend(3);
      local.trySend(4);
      const got = (yield* both) as { key: string; value: number };
      const [ours, theirs] = got.key === "mine" ? [mine, local] : [local, mine];
      assert.equal(got.value, got.key === "mine" ? 3 : 4);
      assert.deepEqual([ours.length, theirs.length], [0, 1]);
      assert.deepEqual([mine.stats().waitingReceivers, local.stats().waitingReceivers], [0, 0]);
    });
  });

  test(`${sort}: a select may send and receive, here and there, and does exactly one of them`, async () => {
    await inOrders(function* () {
      const [from, to, back] = [make<number>(1), make<number>(1), channel<number>(1)];
      const got: number[] = [];
      const feeds = go(function* () {
        for (let n = 0; n < 50; n++) yield* from.send(n);
        from.close();
      });
      const drains = go(function* () {
        for (let n = yield* to.next(); !n.done; n = yield* to.next()) got.push(n.value);
      });
      const echoes: number[] = [];
      let isOver = false;
      const held: number[] = [];
      while (!isOver || held.length > 0) {
        const done = yield* select({
          next: isOver || held.length > 3 ? never : from.next(),
          send: held.length > 0 ? to.send(held[0] as number) : never,
          echo: back.receive(),
          put: held.length > 0 && back.length === 0 ? back.send(held[0] as number) : never,
        });
        if (done.key === "next") {
          if (done.value.done) isOver = true;
          else held.push(done.value.value);
        } else if (done.key === "echo") echoes.push(done.value);
        else held.shift();
      }
      while (back.length > 0) echoes.push(yield* back.receive());
      to.close();
      yield* feeds;
      yield* drains;
      const all = Array.from({ length: 50 }, (_, n) => n);
      assert.deepEqual([...got, ...echoes].sort((a, b) => a - b), all); // biome-ignore format: one line
      assert.deepEqual(got, [...got].sort((a, b) => a - b)); // biome-ignore format: one line
    });
  });

  test(`${sort}: a select gives up to a timer, and has then done nothing`, async () => {
    await run(function* () {
      const ch = make<number>(1);
      const late = timer(1);
      assert.equal((yield* select({ got: ch.receive(), late: late.fired })).key, "late");
      assert.equal(ch.stats().waitingReceivers, 0);
      ch.trySend(1);
      assert.equal((yield* select({ sent: ch.send(2), late: sleep(1) })).key, "late");
      assert.deepEqual([ch.stats().sent, ch.stats().waitingSenders], [1, 0]);
      const inTime = timer(60_000);
      assert.deepEqual(yield* select({ got: ch.receive(), late: inTime.fired }), { key: "got", value: 1 });
      assert.equal(inTime.stop(), true);
      yield* caught(TimeoutError, timeout(1, ch.receive()));
      assert.equal(yield* moveOnAfter(1, ch.receive()), undefined);
      assert.equal(yield* race([ch.receive(), ch.send(5).map(() => -1)]), -1);
      assert.equal(yield* ch.receive(), 5);
    });
  });

  test(`${sort}: both ends of one channel in a select, and it does not meet itself`, async () => {
    await inOrders(function* () {
      const ch = make<number>(1);
      const both = (): Operation<{ key: string; value: unknown }> => select({ sent: ch.send(1), got: ch.receive() });
      assert.deepEqual(yield* both(), { key: "sent", value: undefined });
      assert.deepEqual(yield* both(), { key: "got", value: 1 });
      assert.deepEqual([ch.stats().sent, ch.stats().received], [1, 1]);
      const same = go(() => select([ch.receive(), ch.receive(), ch.next()]));
      yield* settle(same);
      yield* ch.send(3);
      yield* ch.send(4);
      yield* same;
      assert.equal(yield* ch.receive(), 4); // it has taken one
      assert.equal(ch.stats().waitingReceivers, 0);
    });
  });

  test(`${sort}: with priority the first ready case is taken; selects nest and map`, async () => {
    await inOrders(function* () {
      const [a, b] = [make<number>(3), make<number>(3)];
      for (const n of [1, 2]) {
        a.trySend(n);
        b.trySend(-n);
      }
      const keys: unknown[] = [];
      for (let i = 0; i < 4; i++) keys.push((yield* select([a.receive(), b.receive()], { priority: true })).key);
      assert.deepEqual(keys, [0, 0, 1, 1]);
      const nested = go(() =>
        select({ in: select({ a: a.receive().map((n) => n * 10), b: b.receive() }), other: never }),
      );
      yield* settle(nested);
      a.trySend(7);
      assert.deepEqual(yield* nested, { key: "in", value: { key: "a", value: 70 } });
      assert.equal(b.stats().waitingReceivers, 0);
    });
  });

  test(`${sort}: the choice among ready cases favours none`, async () => {
    await run(function* () {
      const [a, b] = [make<number>(1), make<number>(1)];
      let ofA = 0;
      for (let i = 0; i < 400; i++) {
        a.trySend(1);
        b.trySend(1);
        if ((yield* select({ a: a.receive(), b: b.receive() })).key === "a") ofA++;
      }
      assert.ok(ofA > 100 && ofA < 300, `${ofA} of 400`);
    });
  });

  test(`${sort}: selectNow takes one look`, () => {
    const ch = make<number>(1);
    assert.equal(selectNow({ got: ch.receive() }), undefined);
    assert.deepEqual(selectNow({ sent: ch.send(1) }), { key: "sent", value: undefined });
    assert.equal(selectNow({ sent: ch.send(2) }), undefined);
    assert.deepEqual(selectNow([ch.receive()]), { key: 0, value: 1 });
    ch.close();
    assert.deepEqual(selectNow({ end: ch.next() }), { key: "end", value: { done: true, value: undefined } });
    assert.throws(() => selectNow({ got: ch.receive() }), EndOfChannel);
  });

  test(`${sort}: a receive that is cancelled while it waits has taken nothing`, async () => {
    await inOrders(function* () {
      const ch = make<number>(4);
      const tasks: Task<number>[] = [];
      for (let i = 0; i < 5; i++) {
        tasks.push(go(() => ch.receive()));
        yield* settle(...tasks);
      }
      for (const i of [0, 2, 4]) tasks[i]?.cancel();
      for (const i of [0, 2, 4]) yield* caught(TaskCancelledError, tasks[i] as Task<number>);
      for (const n of [1, 2, 3]) yield* ch.send(n);
      assert.equal(yield* tasks[1] as Task<number>, 1);
      assert.equal(yield* tasks[3] as Task<number>, 2);
      assert.equal(yield* ch.receive(), 3);
    });
  });

  test(`${sort}: a send that is cancelled while it waits has given nothing, and those behind it go on`, async () => {
    await inOrders(function* () {
      const ch = make<number | string>(1);
      ch.trySend(0);
      const tasks: Task<void>[] = [];
      for (const value of [1, "2".repeat(1_000), 3, "4".repeat(1_000)]) {
        tasks.push(go(() => ch.send(value)));
        yield* settle(...tasks);
      }
      for (const i of [0, 1]) tasks[i]?.cancel();
      for (const i of [0, 1]) yield* caught(TaskCancelledError, tasks[i] as Task<void>);
      assert.deepEqual([yield* ch.receive(), yield* ch.receive()], [0, 3]);
      assert.equal(yield* ch.receive(), "4".repeat(1_000));
      assert.deepEqual([ch.length, ch.stats().sent], [0, 3]);
      check(ch);
    });
  });

  test(`${sort}: a receiver that is cancelled when its value is there has it, or the next one does`, async () => {
    await inOrders(function* () {
      for (let turns = 0; turns < 3; turns++) {
        const ch = make<number>(1);
        const got: number[] = [];
        const first = go(function* () {
          got.push(yield* ch.receive());
        });
        yield* settle(first);
        ch.trySend(7);
        if (turns > 0) yield* settle();
        if (turns > 1) yield* settle(first);
        first.cancel();
        yield* settle(first);
        const rest = ch.tryReceive();
        assert.deepEqual([...got, ...(rest.ok ? [rest.value] : [])], [7]);
      }
    });
  });

  test(`${sort}: composites take from it, and leave what they have not taken`, async () => {
    await run(function* () {
      const ch = make<number>(16);
      for (let n = 0; n < 10; n++) ch.trySend(n);
      const source = fromIterable(ch);
      assert.equal(yield* source.receive(), 0);
      source.cancel();
      yield* caught(RangeError, map(ch, (n) => { if (n === 2) throw new RangeError("enough"); }, { concurrency: 1 })); // biome-ignore format: one line
      assert.deepEqual([ch.closed, ch.tryReceive()], [false, { ok: true, value: 3 }]);
      assert.equal(yield* any([ch.receive(), ch.receive()]), 4);
      assert.deepEqual(yield* all([ch.receive(), ch.next()]), [5, { done: false, value: 6 }]);
      ch.close();
      assert.deepEqual(yield* map(ch, (n) => n * 10, { concurrency: 2 }), [70, 80, 90]);
    });
  });

  test(`${sort}: in a cancelled scope nothing commits, ready or not`, async () => {
    await inOrders(function* () {
      const ch = make<number>(1);
      ch.trySend(1);
      const tries: (() => Operation<unknown>)[] = [
        () => ch.receive(),
        () => ch.send(2),
        () => select({ got: ch.receive(), sent: ch.send(2) }),
      ];
      for (const attempt of tries) {
        const task = go(attempt);
        task.cancel();
        yield* caught(TaskCancelledError, task);
      }
      assert.deepEqual([ch.length, ch.stats().sent], [1, 1]);
    });
  });
}

test("a large value waits for room in a select as it does alone, and lets the other case win", async () => {
  await inOrders(function* () {
    const ch: Channel<string> = sharedChannel<string>(8, { bytes: 4_096 });
    const [other, large] = [channel<number>(1), "x".repeat(3_000)];
    yield* ch.send(large);
    const selects = (): Operation<{ key: string }> => select({ sent: ch.send(large), other: other.receive() });
    const waiting = go(selects);
    yield* settle(waiting);
    assert.equal(waiting.status, "waiting"); // there is a place, but no room for its bytes
    other.trySend(1);
    assert.equal((yield* waiting).key, "other");
    assert.equal(selectNow({ sent: ch.send(large) }), undefined);
    assert.equal(ch.trySend(large), false);
    assert.equal(ch.trySend("small"), true);
    const again = go(selects);
    yield* settle(again);
    assert.equal(yield* ch.receive(), large);
    assert.equal((yield* again).key, "sent");
    assert.equal(yield* ch.receive(), "small");
    assert.equal(yield* ch.receive(), large);
    check(ch);
  });
});
