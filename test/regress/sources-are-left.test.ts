// A source that was cancelled before anything had been asked of it was not told, and stayed open. One that answered with an object that cannot be read kept
// its receivers waiting for ever, and so did one whose answer said that it was done in other words than true.

import assert from "node:assert/strict";
import { EventEmitter, on } from "node:events";
import { Readable } from "node:stream";
import { test } from "node:test";
import { currentTask, fromIterable, go, MisuseError, sleep, TaskCancelledError } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught, thrown } from "../support/caught.ts";

test("a stream that was never read is cancelled, destroyed or returned with its receiver", () => {
  const node = Readable.from([1, 2]);
  fromIterable(node).cancel();
  assert.equal(node.destroyed, true);

  let cancelled: unknown;
  fromIterable(
    new ReadableStream({
      cancel(reason) {
        cancelled = reason;
      },
    }),
  ).cancel("enough");
  assert.equal(cancelled, "enough");

  const emitter = new EventEmitter();
  fromIterable(on(emitter, "line")).cancel();
  assert.equal(emitter.listenerCount("line"), 0);
});

const answering = (answer: unknown): AsyncIterable<number> =>
  ({ [Symbol.asyncIterator]: () => ({ next: () => answer }) }) as unknown as AsyncIterable<number>;

test("an answer that throws when it is read is an error of the source", async () => {
  await simulate(function* () {
    for (const property of ["done", "value", "then"]) {
      const answer = Object.defineProperty({}, property, {
        get() {
          throw new RangeError(property);
        },
      });
      const source = fromIterable(answering(answer));
      assert.equal((yield* caught(RangeError, source.receive())).message, property);
      assert.equal((yield* caught(RangeError, source.next())).message, property);
    }
  });
});

test("an answer is done when it says so in any truthy way", async () => {
  await simulate(function* () {
    assert.deepEqual(yield* fromIterable(answering({ done: 1 })).next(), { done: true, value: undefined });
    assert.deepEqual(yield* fromIterable(answering({ done: 0, value: 5 })).next(), { done: false, value: 5 });
  });
});

test("an object whose Symbol.asyncIterator is no function is refused at once", () => {
  const source = { [Symbol.asyncIterator]: undefined } as unknown as AsyncIterable<number>;
  assert.match(thrown(MisuseError, () => fromIterable(source)).message, /expected an async iterable or a stream/);
});

test("a source whose return() cancels the task that has given it up is followed by the cancellation", async () => {
  await simulate(function* () {
    let went = false;
    const task = go(function* () {
      const me = currentTask();
      const source = fromIterable({
        [Symbol.asyncIterator]: () => ({
          next: async () => ({ done: false, value: 1 }),
          return: async () => {
            me.cancel();
            return { done: true, value: undefined };
          },
        }),
      });
      yield* source.receive();
      source.cancel();
      yield* sleep(0);
      went = true;
    });
    yield* caught(TaskCancelledError, task);
    assert.equal(went, false);
  });
});
