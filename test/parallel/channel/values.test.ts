// What goes through a shared channel and comes out: values of every kind and size, what is moved, what cannot travel, and channels.

import assert from "node:assert/strict";
import { test } from "node:test";
import { MessageChannel } from "node:worker_threads";
import { type Channel, channel, go, MisuseError, type Operation, run, select, TaskCancelledError } from "offshoot";
import { move, sharedChannel } from "offshoot/parallel";
import { Random } from "../../../src/base/random.ts";
import { caught, thrown } from "../../support/caught.ts";
import { check, inOrders, settle } from "../../support/channels.ts";
import { assertAlike, Values } from "../../support/values.ts";

/** What comes out of a channel for what is put in. */
function through<T>(value: T, bytes?: number): T {
  const ch = sharedChannel<T>(1, { bytes });
  assert.equal(ch.trySend(value), true);
  const got = ch.tryReceive();
  assert.ok(got.ok);
  check(ch);
  return got.value;
}

test("numbers, strings and other primitives come out as they went in", () => {
  const numbers = [
    0,
    -0,
    1,
    -1,
    0.1,
    2 ** 31,
    -(2 ** 31),
    2 ** 53,
    1e308,
    5e-324,
    Number.NaN,
    Number.POSITIVE_INFINITY,
  ];
  const texts = ["", "a", "é", "ÿ", "\0", "x".repeat(96), "x".repeat(97), "ÿ".repeat(96), "Ā".repeat(95), "日本語", "😀", "\ud800", "x".repeat(300_000), "日".repeat(100_000)]; // biome-ignore format: as a list
  const others = [undefined, null, true, false, 0n, -1n, 2n ** 64n, -(10n ** 60n)];
  for (const value of [...numbers, ...texts, ...others]) {
    const got = through<unknown>(value);
    assert.ok(Object.is(got, value), `${String(got).slice(0, 20)} for ${String(value).slice(0, 20)}`);
  }
});

test("every bit of a number comes out, whatever number it is", () => {
  const random = new Random(1);
  const floats = new Float64Array(1);
  const words = new Uint32Array(floats.buffer);
  for (let i = 0; i < 2_000; i++) {
    words[0] = random.below(2 ** 31) * 2 + random.below(2);
    words[1] = random.below(2 ** 31) * 2 + random.below(2);
    const n = floats[0] as number;
    assert.ok(Object.is(through(n), n), String(n));
  }
});

test("texts of every length around the size of a slot and of a page come out whole", () => {
  const ch = sharedChannel<string>(3, { bytes: 8_192 });
  for (const around of [0, 31, 96, 128, 500, 512, 1_000, 1_024, 1_530])
    for (let length = Math.max(around - 12, 0); length <= around + 12; length++)
      for (const letter of ["x", "é", "日"]) {
        const text = letter.repeat(length);
        assert.ok(ch.trySend(text), `${length} of ${letter}`);
        assert.deepEqual(ch.tryReceive(), { ok: true, value: text });
      }
  check(ch);
});

test("objects are copies, with what is the same and what goes in circles", () => {
  const circle: { self?: unknown; list: unknown[] } = { list: [1, undefined, 3] };
  circle.list.length = 5; // with holes
  circle.self = circle;
  circle.list.push(circle.list);
  const shared = { x: 1 };
  const values: unknown[] = [
    {},
    [],
    circle,
    [shared, shared, { shared }],
    new Map<unknown, unknown>([["k", new Set([1, "2", shared])], [shared, new Map()]]), // biome-ignore format: one line
    new Date(1.5e12),
    new Date(Number.NaN),
    /a+b/giu,
    { deep: { deeper: { deepest: [null, undefined, -0, 1n] } } },
  ];
  for (const value of values) assertAlike(through(value), value);
  const before = { n: 1 };
  const ch = sharedChannel<{ n: number }>(1);
  ch.trySend(before);
  before.n = 2; // it was copied when it was sent
  assert.deepEqual(ch.tryReceive(), { ok: true, value: { n: 1 } });
});

test("typed arrays and buffers are copies, and shared memory, which none would be, is refused", () => {
  for (const View of [Uint8Array, Int8Array, Uint16Array, Int32Array, Float32Array, Float64Array, Uint8ClampedArray]) {
    const view = View.from([1, 2, 250]);
    const got = through<ArrayLike<number> & object>(view);
    assert.ok(got instanceof View);
    assert.deepEqual([...Array.from(got)], [...view]);
    view[0] = 9;
    assert.equal(got[0], 1);
  }
  assert.deepEqual(through(BigInt64Array.of(1n, -1n)), BigInt64Array.of(1n, -1n));
  assert.deepEqual(through(new Uint8Array(50_000).fill(7).buffer), new Uint8Array(50_000).fill(7).buffer);
  const bytes = through(Buffer.from("some text"));
  assert.ok(Buffer.isBuffer(bytes) && bytes.toString() === "some text");
  assert.match(
    thrown(MisuseError, () => through([new Int32Array(new SharedArrayBuffer(8))])).message,
    /^Channel\.send: the value\[0\] is memory that is shared between threads.* Give it to a call of a pool, as an argument\./,
  );
});

test("an error comes out with its class, its message, its fields and its cause, as a value", () => {
  const cause = new RangeError("inner");
  const error = Object.assign(new TypeError("outer", { cause }), { code: "E_OUTER" });
  const got = through(error);
  assert.ok(got instanceof TypeError && got !== error);
  assert.deepEqual([got.message, got.code, got.stack], ["outer", "E_OUTER", error.stack]);
  assert.ok(got.cause instanceof RangeError && got.cause.message === "inner");
});

test("values of every sort come out alike, however they are nested", () => {
  for (let seed = 0; seed < 150; seed++) {
    const value = new Values(new Random(seed), 60).value();
    assertAlike(through({ value }), structuredClone({ value }), undefined, `seed ${seed}:`);
  }
});

test("a value that never fits is refused at the send, and says how much room it takes", async () => {
  await inOrders(function* () {
    const ch: Channel<string | number> = sharedChannel<string | number>(2, { name: "jobs", bytes: 2_048 });
    const large = "x".repeat(5_000);
    const refusals = [
      yield* caught(MisuseError, ch.send(large)),
      yield* caught(MisuseError, select({ sent: ch.send(large) })),
      thrown(MisuseError, () => ch.trySend(large)),
    ];
    for (const { message } of refusals)
      assert.match(message, /^Channel\.send: "jobs" has room for 2048 bytes, and the value takes 50\d\d\. Make the channel with \{ bytes: 50\d\d \} or more, or send less at a time\.$/); // biome-ignore format: one line
    assert.deepEqual([ch.length, ch.stats().sent], [0, 0]);
    ch.trySend(1);
    ch.trySend(2);
    const waiting = go(() => caught(MisuseError, ch.send(large)));
    yield* settle(waiting);
    assert.deepEqual([yield* ch.receive(), yield* ch.receive()], [1, 2]);
    yield* waiting;
    const asTold = Number(/bytes: (\d+)/.exec((refusals[0] as Error).message)?.[1]);
    assert.equal(through(large, asTold), large);
    check(ch);
  });
});

test("a channel without room for large values carries small ones", () => {
  const ch = sharedChannel<unknown>(2, { bytes: 0 });
  for (const value of [1, "x".repeat(96), { a: 1 }, null]) {
    ch.trySend(value);
    assert.deepEqual(ch.tryReceive(), { ok: true, value });
  }
  assert.match(thrown(MisuseError, () => ch.trySend("x".repeat(97))).message, /has room for 0 bytes/);
});

test("large values wait for room as they come, small ones behind them too, and all come out in order", async () => {
  await inOrders(function* () {
    const ch: Channel<string> = sharedChannel<string>(8, { bytes: 4_096 });
    const texts = Array.from({ length: 60 }, (_, i) => String.fromCharCode(65 + (i % 26)).repeat([1, 900, 4_000, 90, 2_000][i % 5] as number)); // biome-ignore format: one line
    const sender = go(function* (): Operation<void> {
      for (const text of texts) yield* ch.send(text);
      ch.close();
    });
    const got: string[] = [];
    for (let next = yield* ch.next(); !next.done; next = yield* ch.next()) got.push(next.value);
    yield* sender;
    assert.deepEqual(got, texts);
    check(ch);
  });
});

test("what cannot travel is named with its path, by every way of sending, and nothing has been sent", async () => {
  await inOrders(function* () {
    const ch = sharedChannel<unknown>(2, { name: "jobs" });
    const wrong = { list: [1, { onDone: () => 1 }] };
    const path = /^Channel\.send: the value\.list\[1\]\.onDone is a function "onDone", which cannot travel/;
    assert.match((yield* caught(MisuseError, ch.send(wrong))).message, path);
    assert.match((yield* caught(MisuseError, select({ sent: ch.send(wrong) }))).message, path);
    assert.match(thrown(MisuseError, () => ch.trySend(wrong)).message, path);
    const here = /^Channel\.send: the value is the channel "local", which cannot travel.* Use sharedChannel\(\)/;
    assert.match(thrown(MisuseError, () => ch.trySend(channel(1, { name: "local" }))).message, here);
    assert.match(thrown(MisuseError, () => ch.trySend([Symbol("s")])).message, /the value\[0\] is a symbol/);
    assert.deepEqual([ch.length, ch.stats().sent], [0, 0]);
    ch.trySend(1);
    ch.trySend(2);
    const sender = go(() => caught(MisuseError, ch.send(wrong)));
    const behind = go(() => ch.send(3));
    yield* settle(sender, behind);
    assert.deepEqual([yield* ch.receive(), yield* ch.receive(), yield* ch.receive()], [1, 2, 3]);
    assert.match((yield* sender).message, path);
    yield* behind;
    check(ch);
  });
});

test("what is moved is gone once it has been sent, and stays as long as it has not", async () => {
  await run(function* () {
    const ch: Channel<Uint8Array> = sharedChannel<Uint8Array>(1);
    for (const size of [4, 5_000]) {
      const bytes = new Uint8Array(size).fill(7);
      yield* ch.send(move(bytes));
      assert.equal(bytes.byteLength, 0);
      assert.deepEqual(yield* ch.receive(), new Uint8Array(size).fill(7));
    }
    yield* ch.send(Uint8Array.of(1));
    const kept = move(new Uint8Array(3_000));
    assert.equal(ch.trySend(kept), false);
    const cancelled = go(() => ch.send(kept));
    yield* settle(cancelled);
    cancelled.cancel();
    yield* caught(TaskCancelledError, cancelled);
    assert.equal(kept.byteLength, 3_000);
    const late = go(() => ch.send(kept));
    yield* settle(late);
    assert.equal(kept.byteLength, 3_000);
    yield* ch.receive();
    yield* late;
    assert.equal(kept.byteLength, 0);
    assert.equal((yield* ch.receive()).byteLength, 3_000);
    const whole = { a: move(new ArrayBuffer(8)), b: [move(new Float64Array([1.5]))] };
    const copy = through(whole);
    assert.deepEqual([whole.a.byteLength, whole.b[0]?.length, copy.a.byteLength, copy.b[0]?.[0]], [0, 0, 8, 1.5]);
    const tooLarge = move(new Uint8Array(2 ** 21));
    assert.throws(() => ch.trySend(tooLarge), MisuseError);
    assert.equal(tooLarge.byteLength, 2 ** 21);
  });
});

test("a port does not go through a channel, and says so", () => {
  const { port1, port2 } = new MessageChannel();
  const ch = sharedChannel<unknown>(1);
  assert.match(thrown(MisuseError, () => ch.trySend(port1)).message, /MessagePort/);
  assert.match(
    thrown(MisuseError, () => ch.trySend([move(port2)])).message,
    /^Channel\.send: the value\[0\] is a MessagePort/,
  );
  assert.equal(ch.length, 0);
  port1.close();
});

test("a channel goes through a channel, also through itself, and is the same one", async () => {
  await inOrders(function* () {
    const [outer, inner] = [sharedChannel<unknown>(2), sharedChannel<number>(1)];
    yield* outer.send(inner);
    assert.equal(yield* outer.receive(), inner);
    yield* outer.send({ twice: [inner, inner], self: outer, text: "x".repeat(2_000) });
    const got = (yield* outer.receive()) as { twice: unknown[]; self: unknown; text: string };
    assert.ok(got.twice[0] === inner && got.twice[1] === inner && got.self === outer && got.text.length === 2_000);
    yield* outer.send(outer);
    yield* outer.send(inner);
    assert.equal(yield* outer.receive(), outer);
    outer.cancel();
    assert.equal(outer.stats().dropped, 1);
    assert.equal(inner.trySend(1), true); // it was only the message that was thrown away
    check(outer);
  });
});

test("a question may bring the channel for its answer", async () => {
  await inOrders(function* () {
    const questions = sharedChannel<{ n: number; answers: Channel<number> }>(1);
    const server = go(function* (): Operation<void> {
      for (let got = yield* questions.next(); !got.done; got = yield* questions.next())
        yield* got.value.answers.send(got.value.n ** 2);
    });
    for (let n = 0; n < 20; n++) {
      const answers = sharedChannel<number>(1);
      yield* questions.send({ n, answers });
      assert.equal(yield* answers.receive(), n * n);
    }
    questions.close();
    yield* server;
  });
});
