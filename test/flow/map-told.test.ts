// map: a source is told when no more is wanted of it, but a receiver is left as it is.

import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { test } from "node:test";
import { channel, go, map, type Operation, sleep, TimeoutError, timeout, yieldNow } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught } from "../support/caught.ts";

const boom = new RangeError("boom");

function* failsAt(bad: number, item: number): Operation<number> {
  yield* sleep(1);
  if (item === bad) throw boom;
  return item;
}

/** Sources that count their items and note when they are told to end. */
const sources: Record<string, (log: string[]) => Iterable<number> | AsyncIterable<number>> = {
  generator: function* (log) {
    try {
      for (let n = 0; ; n++) yield n;
    } finally {
      log.push("told");
    }
  },
  "async generator": async function* (log) {
    try {
      for (let n = 0; ; n++) yield n;
    } finally {
      log.push("told");
    }
  },
  "web stream": (log) => {
    let n = 0;
    return new ReadableStream<number>({
      pull: (controller) => controller.enqueue(n++),
      cancel: () => void log.push("told"),
    }) as unknown as AsyncIterable<number>;
  },
  "stream of Node": (log) => {
    let n = 0;
    return new Readable({
      objectMode: true,
      read() {
        this.push(n++);
      },
      destroy(error, done) {
        log.push("told");
        done(error);
      },
    }) as AsyncIterable<number>;
  },
};

for (const [name, source] of Object.entries(sources)) {
  test(`${name}: told when a call fails`, async () => {
    const log: string[] = [];
    await simulate(function* () {
      assert.equal(
        yield* caught(
          RangeError,
          map(source(log), (n) => failsAt(3, n), { concurrency: 2 }),
        ),
        boom,
      );
      yield* sleep(1);
    });
    assert.deepEqual(log, ["told"]);
  });

  test(`${name}: told when map is cancelled`, async () => {
    const log: string[] = [];
    await simulate(function* () {
      yield* caught(
        TimeoutError,
        timeout(
          5,
          map(source(log), () => sleep(100), { concurrency: 2 }),
        ),
      );
      yield* sleep(1);
    });
    assert.deepEqual(log, ["told"]);
  });
}

test("a source that is being asked when map is cancelled is told as well", async () => {
  await simulate(function* () {
    const log: string[] = [];
    const silent: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise(() => {}),
        return: async () => {
          log.push("told");
          return { done: true, value: undefined };
        },
      }),
    };
    const stream = new ReadableStream<number>({ cancel: () => void log.push("told") });
    for (const source of [silent, stream as unknown as AsyncIterable<number>])
      yield* caught(
        TimeoutError,
        timeout(
          5,
          map(source, () => {}, { concurrency: 3 }),
        ),
      );
    assert.deepEqual(log, ["told", "told"]);
  });
});

test("a receiver is never cancelled: what was not taken is still there", async () => {
  await simulate(function* () {
    const ch = channel<number>(10);
    for (let n = 0; n < 10; n++) ch.trySend(n);
    yield* caught(
      RangeError,
      map(ch, (n) => failsAt(3, n), { concurrency: 2 }),
    );
    assert.equal(ch.closed, false);
    assert.equal(ch.length, 5); // 4 was begun as 2 had ended, just before 3 failed
    assert.equal(yield* ch.receive(), 5);
    const waiting = go(() => map(ch, () => sleep(1), { concurrency: 8 }));
    yield* sleep(10);
    waiting.cancel();
    yield* yieldNow();
    yield* yieldNow();
    assert.equal(ch.stats().waitingReceivers, 0);
    assert.equal(ch.trySend(5), true);
  });
});
