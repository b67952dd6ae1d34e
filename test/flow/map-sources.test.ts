// map: where items come from. No source is asked for an item that could not be begun at once.

import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { test } from "node:test";
import { channel, fromIterable, go, map, now, type Operation, sleep, ticker } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught } from "../support/caught.ts";

function* slowly<T>(item: T): Operation<T> {
  yield* sleep(10);
  return item;
}

/** A record of what a source was asked for, and of how many calls were under way then. */
class Book {
  asked = 0;
  begun = 0;
  ended = 0;
  ahead = 0;
  log: string[] = [];

  ask(): number {
    this.asked++;
    this.ahead = Math.max(this.ahead, this.asked - this.ended);
    return this.asked;
  }

  *call(item: number): Operation<number> {
    this.begun++;
    yield* sleep(3 + (item % 4));
    this.ended++;
    return item;
  }
}

const sources: Record<string, (book: Book, n: number) => Iterable<number> | AsyncIterable<number>> = {
  "a generator": function* (book, n) {
    while (book.asked < n) yield book.ask();
    book.log.push("end");
  },
  "an async generator": async function* (book, n) {
    while (book.asked < n) yield book.ask();
    book.log.push("end");
  },
  "an async iterable by hand": (book, n) => ({
    [Symbol.asyncIterator]: () => ({
      next: async () => (book.asked < n ? { done: false, value: book.ask() } : { done: true, value: undefined }),
      return: async () => {
        book.log.push("told");
        return { done: true, value: undefined };
      },
    }),
  }),
  "a web stream": (book, n) =>
    new ReadableStream<number>(
      {
        pull: (controller) => (book.asked < n ? controller.enqueue(book.ask()) : controller.close()),
        cancel: () => void book.log.push("told"),
      },
      { highWaterMark: 0 },
    ) as unknown as AsyncIterable<number>,
};

for (const [name, source] of Object.entries(sources)) {
  for (const concurrency of [1, 3]) {
    test(`${name} is asked only when there is a place, with concurrency ${concurrency}`, async () => {
      await simulate(function* () {
        const book = new Book();
        const got = yield* map(source(book, 12), (item) => book.call(item), { concurrency });
        assert.deepEqual(
          got,
          Array.from({ length: 12 }, (_, i) => i + 1),
        );
        assert.equal(book.ahead, concurrency);
        assert.ok(!book.log.includes("told"), "it has ended by itself");
      });
    });
  }
}

test("an endless source is no further ahead than the places", async () => {
  await simulate(function* () {
    const book = new Book();
    const endless = (function* () {
      for (;;) yield book.ask();
    })();
    const task = go(() => map(endless, slowly, { concurrency: 4 }));
    yield* sleep(25);
    assert.equal(book.asked, 12);
    task.cancel();
  });
});

test("items that come late are begun as they come, in order", async () => {
  await simulate(function* () {
    const ch = channel<string>();
    go(function* () {
      for (const item of ["a", "b", "c"]) {
        yield* sleep(5);
        yield* ch.send(item);
      }
      ch.close();
    });
    const got = yield* map(ch, (item, i) => slowly(`${i}: ${item} at ${now()}`), { concurrency: 3 });
    assert.deepEqual(got, ["0: a at 5", "1: b at 10", "2: c at 15"]);
  });
});

test("a receiver is read no further than there are places, and is not cancelled at the end", async () => {
  await simulate(function* () {
    const ch = channel<number>(10);
    for (let n = 0; n < 8; n++) ch.trySend(n);
    const task = go(() => map(ch, slowly, { concurrency: 2 }));
    yield* sleep(5);
    assert.equal(ch.length, 6);
    ch.close();
    assert.deepEqual(yield* task, [0, 1, 2, 3, 4, 5, 6, 7]);
    assert.equal(now(), 40);
  });
});

test("what a receiver was closed with fails map", async () => {
  await simulate(function* () {
    const ch = channel<number>(10);
    const broken = new RangeError("broken");
    ch.trySend(1);
    ch.close(broken);
    let thrown: unknown;
    try {
      yield* map(ch, (n) => n, { concurrency: 2 });
    } catch (error) {
      thrown = error;
    }
    assert.equal(thrown, broken);
  });
});

test("other receivers serve as well, and an endless one ends with map", async () => {
  await simulate(function* () {
    const beats = ticker(10);
    const due: number[] = [];
    const counting = go(() => map(beats, (at) => due.push(at), { concurrency: 2 }));
    yield* sleep(35);
    counting.cancel();
    assert.deepEqual(due, [10, 20, 30]);
    const stream = fromIterable(sources["a web stream"]?.(new Book(), 3) as AsyncIterable<number>);
    assert.deepEqual(yield* map(stream, (n) => n, { concurrency: 2 }), [1, 2, 3]);
  });
});

test("a stream of Node is read to its end", async () => {
  await simulate(function* () {
    const book = new Book();
    const stream = Readable.from(
      (function* () {
        while (book.asked < 6) yield book.ask();
      })(),
      { highWaterMark: 1 },
    );
    const got = yield* map(stream as AsyncIterable<number>, (item) => book.call(item), { concurrency: 2 });
    assert.deepEqual(got, [1, 2, 3, 4, 5, 6]);
    assert.equal(stream.destroyed, true);
  });
});

test("an async iterable whose results are there at once, as for await takes them", async () => {
  await simulate(function* () {
    let n = 0;
    const next = (): IteratorResult<number, void> =>
      n < 3 ? { done: false, value: n++ } : { done: true, value: undefined };
    const source = { [Symbol.asyncIterator]: () => ({ next }) } as unknown as AsyncIterable<number>;
    assert.deepEqual(yield* map(source, (item) => item, { concurrency: 2 }), [0, 1, 2]);
  });
});

test("a source that cannot be opened, or throws when it is asked, fails map", async () => {
  await simulate(function* () {
    const boom = new RangeError("boom");
    const throws = (): never => {
      throw boom;
    };
    const options = { concurrency: 2 };
    const unopened = [{ [Symbol.iterator]: throws }, { [Symbol.asyncIterator]: throws }];
    const unasked = [
      { [Symbol.iterator]: () => ({ next: throws, return: throws }) },
      { [Symbol.asyncIterator]: () => ({ next: throws, return: throws }) },
    ];
    for (const source of [...unopened, ...unasked] as Iterable<number>[])
      assert.equal(
        yield* caught(
          RangeError,
          map(source, () => {}, options),
        ),
        boom,
      );
    const locked = new ReadableStream<number>();
    locked.getReader();
    yield* caught(
      TypeError,
      map(locked as unknown as AsyncIterable<number>, () => {}, options),
    );
  });
});

test("an iterable of any kind: sets, maps, strings, arguments of code points", async () => {
  await simulate(function* () {
    const options = { concurrency: 2 };
    assert.deepEqual(yield* map(new Set([1, 2]), (n) => n, options), [1, 2]);
    assert.deepEqual(yield* map(new Map([["a", 1]]), ([key, value]) => `${key}${value}`, options), ["a1"]);
    assert.deepEqual(yield* map("a🌱b", (s) => s, options), ["a", "🌱", "b"]);
  });
});
