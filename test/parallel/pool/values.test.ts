// What goes into calls and comes out: functions as text, buffers that are handed over, errors, and what cannot travel.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { all, MisuseError, run, settle, TaskCancelledError } from "offshoot";
import { inline, move, Pool, remote, sharedChannel } from "offshoot/parallel";
import { caught } from "../../support/caught.ts";

const jobs = remote<typeof import("./jobs.ts")>(new URL("./jobs.ts", import.meta.url));
const pool = new Pool({ threads: 2, name: "values" });
after(() => pool.close());

test("inline functions are called, with what they capture, alone and in a map", async () => {
  const factor = 3;
  const times = inline((n: number) => n * factor, { factor });
  await run(function* () {
    assert.equal(yield* pool.run(times, 5), 15);
    const results = pool.map(times, [1, 2, 3], { chunk: 2 });
    for (const expected of [3, 6, 9]) assert.equal(yield* results.receive(), expected);
  });
});

test("one argument arrives as one, whatever it is, and none as none", async () => {
  const given = inline((...args: unknown[]) => args);
  const values = [1, -0, Number.NaN, true, false, "", "x", "λ", "x".repeat(10_000), "x".repeat(5 << 20)];
  values.push(...([null, undefined, 2n ** 70n, [], [1], [[1]], {}] as never[]));
  await run(function* () {
    for (const value of values) assert.deepEqual(yield* pool.run(given, value), [value]);
    const calls = values.map((value) => pool.go(given, value)); // more than there are workers
    assert.deepEqual(
      yield* all(calls),
      values.map((value) => [value]),
    );
    for (const args of [[], [1, 2], ["x", undefined], [undefined, undefined]])
      assert.deepEqual(yield* pool.run(given, ...args), args);
    for (const value of [7, "seven", false]) {
      assert.deepEqual(yield* pool.each(given, value), [[value], [value]]);
      const captured = inline((...args: unknown[]) => [value, ...args], { value });
      assert.deepEqual(yield* pool.run(captured), [value]);
      assert.deepEqual(yield* pool.run(captured, value), [value, value]);
    }
  });
});

test("a moved buffer is gone here and there with the worker, and comes back the same way", async () => {
  await run(function* () {
    for (const size of [16, 1 << 20, 8 << 20]) {
      const bytes = new Uint8Array(size).fill(7);
      const back = yield* pool.run(jobs.fills, move(bytes), 9);
      assert.equal(bytes.byteLength, 0);
      assert.equal(back.byteLength, size);
      assert.equal(back[size - 1], 9);
    }
    const many = Array.from({ length: 200 }, (_, i) => pool.go(jobs.fills, move(new Uint8Array(64)), i));
    const filled = yield* all(many);
    assert.deepEqual(
      filled.map((bytes) => bytes[63]),
      many.map((_, i) => i),
    );
  });
});

test("a buffer that has been handed over already fails its call, and leaves its worker free", async () => {
  await run(function* () {
    const bytes = new Uint8Array(64);
    const once = move(bytes);
    assert.equal((yield* pool.run(jobs.fills, once, 1)).byteLength, 64);
    yield* caught(Error, pool.run(jobs.fills, once, 2));
    const other = move(new Uint8Array(64));
    const outcomes = yield* settle([1, 2].map((n) => pool.run(jobs.fills, other, n))); // both are made before either is fetched
    assert.deepEqual(outcomes.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
    for (let i = 0; i < 10; i++) assert.equal(yield* pool.run(jobs.add, i, i), 2 * i);
  });
  assert.equal(pool.stats().running, 0);
});

test("a call that hands something over is cancelled as any other", async () => {
  const started = sharedChannel<number>(1);
  const gate = sharedChannel<number>(1);
  await run(function* () {
    const one = new Pool({ threads: 1 });
    const blocked = one.go(jobs.keeps, started, gate);
    yield* started.receive();
    const bytes = new Uint8Array(64);
    const waiting = one.go(jobs.fills, move(bytes), 1);
    yield* pool.run(jobs.add, 1, 2);
    waiting.cancel();
    yield* caught(TaskCancelledError, waiting);
    assert.equal(bytes.byteLength, 64); // it was never handed over
    gate.close();
    yield* blocked;
    assert.equal(yield* one.run(jobs.add, 1, 2), 3);
    yield* one.close();
  });
});

test("what cannot travel is refused with the place it is at, and the pool goes on", async () => {
  await run(function* () {
    const wrong = { deep: [() => 1] };
    assert.match((yield* caught(MisuseError, pool.run(jobs.many as never, wrong as never))).message, /Pool\.run/);
    assert.match((yield* caught(MisuseError, pool.run(jobs.givesAFunction))).message, /givesAFunction/);
    const error = yield* caught(MisuseError, pool.each(jobs.many as never, (() => 1) as never));
    assert.match(error.message, /function/);
    for (let i = 0; i < 10; i++) assert.equal(yield* pool.run(jobs.add, i, i), 2 * i);
  });
  assert.equal(pool.stats().running, 0);
});

test("an error comes back with its class, its fields, its cause, and a stack of both sides", async () => {
  await run(function* failing() {
    const error = yield* caught(TypeError, pool.run(jobs.failsInDetail));
    assert.equal(error.message, "outer");
    assert.equal((error as { code?: string }).code, "E_DETAIL");
    assert.ok(error.cause instanceof RangeError);
    assert.equal((error.cause as Error).message, "inner");
    assert.match(error.stack ?? "", /failsInDetail[\s\S]*values\.test\.ts/);
  });
});
