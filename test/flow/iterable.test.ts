// fromIterable: generators and streams as receivers, on demand, with their ends and errors.

import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { test } from "node:test";
import {
  always,
  channel,
  currentTask,
  DeadlockError,
  EndOfChannel,
  fromIterable,
  go,
  MisuseError,
  never,
  select,
  selectNow,
  TaskCancelledError,
  until,
  yieldNow,
} from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught, rejected, thrown } from "../support/caught.ts";
import { virtual } from "../support/virtual.ts";

/** Lets everything happen that is not a matter of time. */
const settled = () => until(() => new Promise((resolve) => setImmediate(resolve)));

/** Counts from 1 to `last`, and logs what happens to it. */
async function* counting(last: number, log: string[]): AsyncGenerator<number> {
  try {
    for (let n = 1; n <= last; n++) {
      log.push(`asked ${n}`);
      yield n;
    }
    log.push("asked on");
  } finally {
    log.push("left");
  }
}

test("an async generator, a stream of Node and one of the web are received to their end", async () => {
  const sources: [string, () => AsyncIterable<number> | ReadableStream<number>][] = [
    ["generator", () => counting(3, [])],
    ["Readable", () => Readable.from([1, 2, 3])],
    ["ReadableStream", () => ReadableStream.from([1, 2, 3])],
  ];
  for (const [name, make] of sources) {
    await simulate(function* () {
      const source = fromIterable(make());
      const got = [yield* source.receive(), yield* source.receive(), (yield* source.next()).value];
      assert.deepEqual(got, [1, 2, 3], name);
      assert.deepEqual(yield* source.next(), { done: true, value: undefined });
      yield* caught(EndOfChannel, source.receive());
      assert.deepEqual(source.tryReceive(), { ok: false, closed: true });
      source.cancel();
    });
    await simulate(async () => {
      const got: number[] = [];
      for await (const value of fromIterable(make())) got.push(value);
      assert.deepEqual(got, [1, 2, 3], name);
    });
  }
});

test("the next value is asked for when somebody wants it, at most one ahead", async () => {
  await simulate(function* () {
    const log: string[] = [];
    const source = fromIterable(counting(9, log));
    yield* settled();
    assert.equal(log.length, 0);
    assert.equal(yield* source.receive(), 1);
    yield* settled();
    assert.deepEqual(log, ["asked 1"]);
    yield* select([source.receive(), always(0)], { priority: true }); // only looks, and asks by that
    for (let i = 0; i < 10; i++) {
      selectNow([source.receive(), never]);
      yield* select([always(0), source.next()], { priority: true });
    }
    yield* settled();
    yield* settled();
    assert.deepEqual(log, ["asked 1", "asked 2"]);
    assert.deepEqual(source.tryReceive(), { ok: true, value: 2 });
    assert.deepEqual(source.tryReceive(), { ok: false, closed: false });
    yield* settled();
    assert.deepEqual(source.tryReceive(), { ok: true, value: 3 });
  });
});

test("several who wait are served in order, and one value is asked for at a time", async () => {
  await simulate(function* () {
    let asked = 0;
    const source = fromIterable(
      (async function* () {
        for (let n = 1; ; n++) {
          assert.equal(++asked, 1);
          await new Promise((resolve) => setImmediate(resolve));
          asked--;
          yield n;
        }
      })(),
    );
    const tasks = Array.from({ length: 5 }, () => go(() => source.receive()));
    const got: number[] = [];
    for (const task of tasks) got.push(yield* task);
    assert.deepEqual(got, [1, 2, 3, 4, 5]);
  });
});

test("a value whose receiver was cancelled or lost a select is kept for the next", async () => {
  await simulate(function* () {
    const source = fromIterable(counting(9, []));
    const doomed = go(() => source.receive());
    yield* yieldNow();
    doomed.cancel();
    yield* caught(TaskCancelledError, doomed);
    yield* settled();
    assert.equal(yield* source.receive(), 1);
    const ch = channel<string>();
    const losing = go(() => select([source.receive(), ch.receive()]));
    yield* yieldNow();
    ch.trySend("first");
    assert.equal((yield* losing).key, 1);
    assert.deepEqual(yield* source.next(), { done: false, value: 2 });
    assert.equal(yield* source.receive(), 3);
  });
});

test("an error of the source is thrown to every receiver, after the values before it", async () => {
  await simulate(function* () {
    const boom = new RangeError("boom");
    const source = fromIterable(
      (async function* () {
        yield 1;
        throw boom;
      })(),
    );
    const tasks = [0, 1, 2].map(() => go(() => caught(RangeError, source.receive())));
    tasks.shift()?.cancel();
    const first = yield* source.receive();
    assert.equal(first, 1);
    for (const task of tasks) assert.equal(yield* task, boom);
    for (const op of [source.receive(), source.next(), select([source.next()])])
      assert.equal(yield* caught(RangeError, op), boom);
    assert.throws(() => source.tryReceive(), boom);
  });
});

test("a source that throws at once, or fails without an error, fails the receiver", async () => {
  const failing = (next: () => unknown): AsyncIterable<number> =>
    ({ [Symbol.asyncIterator]: () => ({ next }) }) as unknown as AsyncIterable<number>;
  await simulate(function* () {
    const throwing = fromIterable(
      failing(() => {
        throw new RangeError("boom");
      }),
    );
    yield* caught(RangeError, throwing.receive());
    yield* caught(RangeError, throwing.next());
    const opening = fromIterable({
      [Symbol.asyncIterator]() {
        throw new RangeError("boom");
      },
    } as AsyncIterable<number>);
    yield* caught(RangeError, opening.receive());
    const silent = fromIterable(failing(() => Promise.reject(undefined)));
    assert.match((yield* caught(Error, silent.receive())).message, /failed without an error/);
    for (const rubbish of [undefined, null, 5, "text"]) {
      const source = fromIterable(failing(() => rubbish));
      assert.match((yield* caught(MisuseError, source.receive())).message, /which is no iterator result/);
    }
  });
});

test("a source is called outside any task, and after the step in which it is asked", async () => {
  await simulate(function* () {
    const log: string[] = [];
    const source = fromIterable({
      [Symbol.asyncIterator]: () => ({
        async next() {
          thrown(MisuseError, currentTask);
          log.push("asked");
          return { done: false, value: 1 };
        },
      }),
    });
    assert.deepEqual(source.tryReceive(), { ok: false, closed: false });
    log.push("looked");
    yield* source.receive();
    assert.deepEqual(log, ["looked", "asked"]);
  });
});

test("what is neither an async iterable nor a stream is misuse at the call", () => {
  for (const source of [undefined, null, 5, "text", [1, 2], new Map(), {}, function* () {}, { next() {} }])
    assert.match(
      thrown(MisuseError, () => fromIterable(source as unknown as AsyncIterable<number>)).message,
      /^fromIterable: expected an async iterable or a stream, got/,
    );
});

test("a run that waits for a source that has nothing to say is a deadlock", async () => {
  const silent = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) };
  await rejected(
    DeadlockError,
    virtual(() => fromIterable(silent).receive()),
  );
});
