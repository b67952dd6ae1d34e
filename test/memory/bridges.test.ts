// What waited for the world outside and gave up leaves nothing with it: promises, signals, callbacks, emitters, sources.
// own process: counts bytes

import assert from "node:assert/strict";
import { EventEmitter, getEventListeners } from "node:events";
import { test } from "node:test";
import {
  aborted,
  always,
  callback,
  channel,
  events,
  fromIterable,
  go,
  type Operation,
  run,
  select,
  sleep,
  until,
  yieldNow,
} from "offshoot";
import { bytes } from "../support/memory.ts";

/** Bytes that `rounds` of a body leave behind, after as many to warm up. */
async function left(rounds: number, body: (rounds: number) => Operation<void>): Promise<number> {
  let grown = 0;
  await run(function* () {
    yield* body(rounds);
    const before = yield* go(bytes);
    yield* body(rounds);
    grown = (yield* go(bytes)) - before;
  });
  return grown;
}

test("a million looks at a promise that is never settled, and 100 000 waits, leave nothing with it", async () => {
  const promise = new Promise<never>(() => {});
  const looks = await left(500_000, function* (rounds) {
    for (let i = 0; i < rounds; i++) yield* select({ promise: until(promise), ready: always(i) });
  });
  assert.ok(looks < 300_000, `${looks} bytes`);
  const waits = await left(50_000, function* (rounds) {
    for (let i = 0; i < rounds; i++) yield* select({ promise: until(promise), soon: sleep(0) });
  });
  assert.ok(waits < 500_000, `${waits} bytes`);
});

test("calls that were given up leave nothing behind, though their promises are never settled", async () => {
  const grown = await left(20_000, function* (rounds) {
    for (let i = 0; i < rounds; i++) yield* select({ call: until(() => new Promise<never>(() => {})), soon: sleep(0) });
  });
  assert.ok(grown < 500_000, `${grown} bytes`);
});

test("100 000 waits for a signal leave nothing with it", async () => {
  const { signal } = new AbortController();
  const grown = await left(100_000, function* (rounds) {
    for (let i = 0; i < rounds; i += 100) {
      const tasks = Array.from({ length: 100 }, (_, n) =>
        go(() => (n % 2 === 0 ? aborted(signal) : select([aborted(signal), sleep(1_000_000)]))),
      );
      yield* yieldNow();
      for (const task of tasks) task.cancel();
      yield* yieldNow();
      yield* yieldNow();
    }
  });
  assert.equal(getEventListeners(signal, "abort").length, 0);
  assert.ok(grown < 500_000, `${grown} bytes`);
});

test("10 000 runs with one signal leave nothing with it", async () => {
  const { signal } = new AbortController();
  const rounds = async (n: number): Promise<void> => {
    for (let i = 0; i < n; i++) await run(() => yieldNow(), { signal });
  };
  await rounds(10_000);
  const before = await bytes();
  await rounds(10_000);
  const grown = (await bytes()) - before;
  assert.equal(getEventListeners(signal, "abort").length, 0);
  assert.ok(grown < 500_000, `${grown} bytes`);
});

test("100 000 callbacks lost in a select leave nothing behind", async () => {
  const listeners = new Set<unknown>();
  const grown = await left(100_000, function* (rounds) {
    const ch = channel<number>();
    const sender = go(function* () {
      for (let i = 0; i < rounds; i++) yield* ch.send(i);
    });
    const op = callback((resolve) => {
      listeners.add(resolve);
      return () => listeners.delete(resolve);
    });
    for (let i = 0; i < rounds; i++) assert.equal((yield* select([op, ch.receive()])).key, 1);
    yield* sender;
  });
  assert.equal(listeners.size, 0);
  assert.ok(grown < 500_000, `${grown} bytes`);
});

test("20 000 receivers of events that were disposed leave nothing with their emitter", async () => {
  const emitter = new EventEmitter();
  const grown = await left(20_000, function* (rounds) {
    for (let i = 0; i < rounds; i++) {
      const receiver = events<number>(emitter, "n");
      const waits = go(() => receiver.next());
      yield* yieldNow();
      if (i % 2 === 0) emitter.emit("n", i);
      receiver[Symbol.dispose]();
      yield* waits;
    }
  });
  assert.deepEqual(emitter.eventNames(), []);
  assert.ok(grown < 500_000, `${grown} bytes`);
});

test("100 000 waits for a source that says nothing, and 10 000 sources left, leave nothing behind", async () => {
  const silent = fromIterable({ [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) });
  const grown = await left(100_000, function* (rounds) {
    for (let i = 0; i < rounds; i++) yield* select([silent.next(), yieldNow()]);
    for (let i = 0; i < rounds; i += 10) {
      const source = fromIterable(
        (async function* () {
          yield i;
          yield i;
        })(),
      );
      yield* source.receive();
      source.cancel();
    }
  });
  assert.ok(grown < 500_000, `${grown} bytes`);
});
