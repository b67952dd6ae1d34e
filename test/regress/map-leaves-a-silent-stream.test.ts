// map told a source that it was left in the midst of a next the wrong way round: a stream of Node that had nothing to say stayed open for ever.

import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { test } from "node:test";
import { Latch, map, type Operation } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught } from "../support/caught.ts";

test("a stream of Node is destroyed when a call fails while the next value is awaited", async () => {
  await simulate(function* () {
    const stream = new Readable({ objectMode: true, read() {} });
    const asked = new Latch();
    stream.push("only");
    const failing = function* (): Operation<void> {
      yield* asked.wait();
      throw new RangeError("boom");
    };
    const next = stream[Symbol.asyncIterator]();
    let asks = 0;
    const source = {
      destroy: () => stream.destroy(),
      [Symbol.asyncIterator]: () => ({
        next() {
          if (++asks === 2) asked.open();
          return next.next();
        },
        return: () => next.return?.() as Promise<IteratorResult<unknown>>,
      }),
    };
    yield* caught(RangeError, map(source, failing, { concurrency: 2 }));
    assert.equal(asks, 2);
    assert.equal(stream.destroyed, true);
  });
});

test("a source that is at a value hears of its return alone", async () => {
  await simulate(function* () {
    const told: string[] = [];
    const source = {
      destroy: () => void told.push("destroy"),
      [Symbol.asyncIterator]: () => ({
        next: async () => ({ done: false, value: 1 }),
        return: async () => {
          told.push("return");
          return { done: true as const, value: undefined };
        },
      }),
    };
    const fails = (): never => {
      throw new RangeError("boom");
    };
    yield* caught(RangeError, map(source, fails, { concurrency: 1 }));
    assert.deepEqual(told, ["return"]);
  });
});
