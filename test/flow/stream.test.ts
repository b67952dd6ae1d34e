// toWebStream: a receiver as a stream of the web and of Node, with back-pressure, end, error and cancel; and there and back.

import assert from "node:assert/strict";
import { Readable } from "node:stream";
import type { ReadableStream as NodeWebStream } from "node:stream/web";
import { test } from "node:test";
import {
  ClosedError,
  channel,
  fromIterable,
  go,
  MisuseError,
  type Receiver,
  sleep,
  ticker,
  toWebStream,
  until,
} from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught, thrown } from "../support/caught.ts";

const settled = () => until(() => new Promise((resolve) => setImmediate(resolve)));
const toNode = <T>(receiver: Receiver<T>): Readable =>
  Readable.fromWeb(toWebStream(receiver) as NodeWebStream, { objectMode: true });

test("values come through in order, and the end is the end", async () => {
  await simulate(function* () {
    const ch = channel<number>();
    const sender = go(function* () {
      for (let n = 0; n < 100; n++) yield* ch.send(n);
      ch.close();
    });
    const got = yield* go(async () => {
      const values: number[] = [];
      for await (const value of toWebStream(ch) as unknown as AsyncIterable<number>) values.push(value);
      return values;
    });
    yield* sender;
    assert.deepEqual(got, [...Array(100).keys()]);
  });
});

test("nothing is received before the stream wants it", async () => {
  await simulate(function* () {
    const ch = channel<number>(10);
    for (let n = 0; n < 10; n++) ch.trySend(n);
    const stream = toWebStream(ch);
    const reader = stream.getReader();
    yield* settled();
    assert.equal(ch.stats().received, 0);
    for (let n = 0; n < 3; n++) {
      assert.deepEqual(yield* until(reader.read()), { done: false, value: n });
      yield* settled();
      assert.equal(ch.stats().received, n + 1);
    }
  });
});

test("a sender of a rendezvous waits until the stream is read", async () => {
  await simulate(function* () {
    const ch = channel<string>();
    const reader = toWebStream(ch).getReader();
    const sender = go(() => ch.send("value"));
    yield* settled();
    assert.equal(sender.status, "waiting");
    assert.equal((yield* until(reader.read())).value, "value");
    yield* sender;
  });
});

test("an error of the receiver is the error of the stream", async () => {
  await simulate(function* () {
    const ch = channel<string>(1);
    ch.trySend("before");
    const boom = new RangeError("boom");
    ch.close(boom);
    const reader = toWebStream(ch).getReader();
    assert.equal((yield* until(reader.read())).value, "before");
    assert.equal(yield* caught(RangeError, until(reader.read())), boom);
    assert.equal(yield* caught(RangeError, until(reader.closed)), boom);
  });
});

test("cancelling the stream cancels the receiver, also in the midst of a read", async () => {
  for (const midst of [false, true]) {
    await simulate(function* () {
      const ch = channel<string>();
      const reader = toWebStream(ch).getReader();
      yield* settled();
      const pending = midst ? reader.read() : undefined;
      yield* settled();
      yield* until(reader.cancel("enough"));
      const error = thrown(ClosedError, () => ch.trySend("late"));
      assert.deepEqual([error.by, error.cause], ["receiver", "enough"]);
      if (pending !== undefined) assert.equal((yield* until(pending)).done, true);
      yield* settled();
    });
  }
});

test("a ticker makes a stream of beats, that ends when it is cancelled", async () => {
  await simulate(function* () {
    const beats = ticker(10);
    const reader = toWebStream(beats).getReader();
    assert.equal((yield* until(reader.read())).value, 10);
    yield* sleep(25);
    assert.equal((yield* until(reader.read())).value, 30);
    beats.cancel();
    assert.equal((yield* until(reader.read())).done, true);
  });
});

test("Readable.fromWeb makes a stream of Node of it: values, end, error, destroy", async () => {
  await simulate(function* () {
    const ch = channel<object>();
    const sender = go(function* () {
      for (let n = 0; n < 50; n++) yield* ch.send({ n });
      ch.close();
    });
    const got: unknown[] = [];
    yield* go(async () => {
      for await (const value of toNode(ch)) got.push(value);
    });
    yield* sender;
    assert.deepEqual(
      got,
      Array.from({ length: 50 }, (_, n) => ({ n })),
    );

    const failing = channel<string>(1);
    failing.trySend("before");
    failing.close(new RangeError("boom"));
    yield* go(() =>
      assert.rejects(async () => {
        for await (const value of toNode(failing)) assert.equal(value, "before");
      }, RangeError),
    );
  });

  await simulate(function* () {
    const left = channel<string>();
    const node = toNode(left);
    node.destroy();
    yield* settled();
    yield* settled();
    thrown(ClosedError, () => left.trySend("late"));
  });
});

test("there and back: a receiver of a stream of a receiver has the same values, end and error", async () => {
  await simulate(function* () {
    const ch = channel<number>(3);
    const back = fromIterable(toWebStream(ch));
    for (const n of [1, 2, 3]) ch.trySend(n);
    assert.deepEqual([yield* back.receive(), yield* back.receive()], [1, 2]);
    assert.equal(ch.length, 1);
    ch.close(new RangeError("boom"));
    assert.equal(yield* back.receive(), 3);
    yield* caught(RangeError, back.receive());

    const other = channel<number>();
    const again = fromIterable(toWebStream(fromIterable(toWebStream(other))));
    const waits = go(() => again.receive());
    yield* other.send(5);
    assert.equal(yield* waits, 5);
    again.cancel("enough");
    yield* settled();
    yield* settled();
    assert.equal(thrown(ClosedError, () => other.trySend(6)).by, "receiver");
    assert.deepEqual(yield* again.next(), { done: true, value: undefined });
  });
});

test("what is no receiver is misuse at the call", () => {
  for (const receiver of [undefined, null, 5, {}, [1], { next() {} }, new ReadableStream()])
    assert.match(
      thrown(MisuseError, () => toWebStream(receiver as unknown as Receiver<number>)).message,
      /^toWebStream: expected a receiver, got/,
    );
});
