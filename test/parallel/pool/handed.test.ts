// Calls that hand something over go straight to a worker that is free, and through the queue where none is.

import assert from "node:assert/strict";
import { test } from "node:test";
import { all, go, type Operation, run, settle } from "offshoot";
import { move, Pool, remote, sharedChannel } from "offshoot/parallel";

const jobs = remote<typeof import("./jobs.ts")>(new URL("./jobs.ts", import.meta.url));

const block = (size: number): Uint8Array<ArrayBuffer> => new Uint8Array(size);

test("while a worker is busy, what is handed over goes to the one that is free", async () => {
  const pool = new Pool({ threads: 2 });
  await run(function* () {
    const started = sharedChannel<number>(1);
    const gate = sharedChannel<number>(1);
    yield* pool.each(jobs.add, 1, 1);
    const busy = pool.go(jobs.keeps, started, gate);
    yield* started.receive();
    for (let i = 0; i < 20; i++) assert.equal((yield* pool.run(jobs.fills, move(block(16)), i))[15], i);
    gate.trySend(0);
    yield* busy;
  });
  await pool.close();
});

test("where no worker is free, what is handed over waits its turn", async () => {
  const pool = new Pool({ threads: 1 });
  await run(function* () {
    const started = sharedChannel<number>(1);
    const gate = sharedChannel<number>(1);
    const busy = pool.go(jobs.keeps, started, gate);
    yield* started.receive();
    const sent = block(16);
    const waiting = [1, 2, 3].map((n) => pool.go(jobs.fills, move(n === 1 ? sent : block(8)), n));
    const last = pool.go(jobs.add, 1, 2);
    gate.trySend(0);
    yield* busy;
    assert.deepEqual(
      (yield* all(waiting)).map((bytes) => bytes[0]),
      [1, 2, 3],
    );
    assert.equal(yield* last, 3);
    assert.equal(sent.length, 0);
  });
  await pool.close();
});

test("what is handed over by several threads at once, among other calls and while workers are replaced, is all answered", async () => {
  const pool = new Pool({ threads: 3, recycle: { tasks: 15 } });
  await run(function* () {
    function* hands(n: number): Operation<void> {
      for (let i = 0; i < 30; i++) {
        const bytes = yield* pool.run(jobs.fills, move(block(64)), (n + i) & 255);
        assert.deepEqual([bytes.length, bytes[63]], [64, (n + i) & 255]);
      }
    }
    function* adds(n: number): Operation<void> {
      for (let i = 0; i < 60; i++) assert.equal(yield* pool.run(jobs.add, n, i), n + i);
    }
    const nested = [25, 25].map((count) => pool.go(jobs.handsOver, pool, count));
    yield* all([...[1, 2, 3, 4].map((n) => go(() => hands(n))), ...[1, 2].map((n) => go(() => adds(n)))]);
    assert.deepEqual(yield* all(nested), [25, 25]);
  });
  const { done, failed, queued } = pool.stats();
  assert.deepEqual([done, failed, queued], [4 * 30 + 2 * 60 + 2, 0, 0]);
  await pool.close();
});

test("a port that cannot be handed over fails its call, and the worker that was to have it goes on", async () => {
  const pool = new Pool({ threads: 1 });
  await run(function* () {
    yield* pool.each(jobs.add, 1, 1);
    const { port1, port2 } = new MessageChannel();
    const twice = [move(port1), port1] as never;
    yield* settle([pool.run(jobs.many, twice)]);
    port2.close();
    for (let i = 0; i < 5; i++) assert.equal(yield* pool.run(jobs.add, i, 1), i + 1);
    assert.equal((yield* pool.run(jobs.fills, move(block(4)), 9))[3], 9);
  });
  await pool.close();
});
