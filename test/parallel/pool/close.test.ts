// What a pool is made with, what it tells of itself, how workers are recycled, and how it ends.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { all, go, MisuseError, run, type Task, yieldNow } from "offshoot";
import { Pool, remote, sharedChannel } from "offshoot/parallel";
import { caught, thrown } from "../../support/caught.ts";

const jobs = remote<typeof import("./jobs.ts")>(new URL("./jobs.ts", import.meta.url));
const misuse = { code: "OFFSHOOT_ERR_MISUSE" };

test("options are checked, and say what is wrong", () => {
  for (const threads of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 121, "2"])
    assert.throws(() => new Pool({ threads: threads as number }), { ...misuse, message: /^Pool: threads must be/ });
  for (const ms of [-1, Number.NaN, "5"]) {
    assert.throws(() => new Pool({ grace: ms as number }), { ...misuse, message: /^Pool: grace must be/ });
    assert.throws(() => new Pool({ timeout: ms as number }), { ...misuse, message: /^Pool: timeout must be/ });
    assert.throws(() => new Pool({ idle: ms as number }), { ...misuse, message: /^Pool: idle must be/ });
    assert.throws(() => new Pool({ queue: ms as number }), { ...misuse, message: /^Pool: queue must be/ });
  }
  assert.throws(() => new Pool({ recycle: { tasks: 0 } }), { ...misuse, message: /^Pool: recycle\.tasks must be/ });
  assert.throws(() => new Pool({ recycle: { memoryMb: Number.NaN } }), misuse);
  assert.throws(() => new Pool({ recycle: 5 as never }), misuse);
  assert.throws(() => new Pool({ limits: 5 as never }), misuse);
  assert.throws(() => new Pool({ name: 5 as never }), misuse);
  assert.throws(() => new Pool(null as never), misuse);
  assert.throws(() => new Pool(5 as never), misuse);
});

test("a pool that has called nothing has no threads, and closes at once", async () => {
  const pool = new Pool();
  assert.equal(pool.name, "pool");
  assert.ok(pool.size >= 1);
  assert.deepEqual(pool.stats().workers, []);
  assert.match(inspect(pool), /pool "pool", 0 of \d+ workers, 0 calls under way/);
  await pool.close();
  await pool.close();
  await pool[Symbol.asyncDispose]();
});

test("stats tell of calls and workers", async () => {
  const pool = new Pool({ threads: 1, name: "counted" });
  const started = sharedChannel<number>(1);
  const gate = sharedChannel<number>(1);
  await run(function* () {
    for (let i = 0; i < 70; i++) yield* pool.run(jobs.add, i, i);
    yield* caught(RangeError, pool.run(jobs.fails, "counted"));
    const blocked = pool.go(jobs.keeps, started, gate);
    yield* started.receive();
    const waiting = [pool.go(jobs.add, 1, 2), pool.go(jobs.add, 1, 2)];
    yield* yieldNow();
    const busy = pool.stats();
    assert.equal(busy.queued, 2);
    assert.equal(busy.running, 1);
    gate.close();
    yield* blocked;
    yield* all(waiting);
    const stats = pool.stats();
    assert.equal(stats.queued, 0);
    assert.equal(stats.running, 0);
    assert.equal(stats.done, 73);
    assert.equal(stats.failed, 1);
    for (const { count, p50, p99, max } of [stats.run, stats.wait]) {
      assert.equal(count, 74);
      assert.ok(0 <= p50 && p50 <= p99 && p99 <= max, `${p50} ${p99} ${max}`);
    }
    assert.ok(stats.utilisation > 0 && stats.utilisation <= 1);
    assert.equal(stats.workers.length, 1);
    assert.equal(stats.workers[0]?.done, 74);
    assert.ok((stats.workers[0]?.memoryMb ?? 0) > 1);
    assert.ok(Object.isFrozen(stats) && Object.isFrozen(stats.workers));
  });
  await pool.close();
});

test("close waits for calls under way, takes no more, and may be called again", async () => {
  const pool = new Pool({ threads: 1, name: "closing" });
  const started = sharedChannel<number>(1);
  const gate = sharedChannel<number>(1);
  const tasks: Task<unknown>[] = [];
  await run(function* () {
    tasks.push(pool.go(jobs.waits, started, gate), pool.go(jobs.addSlowly, 1, 2));
    yield* started.receive();
    const closing = [go(() => pool.close()), go(() => pool.close())];
    yield* yieldNow();
    for (const late of [
      () => pool.run(jobs.add, 1, 2),
      () => pool.each(jobs.thread),
      () => pool.map(jobs.twice, [1]),
      () => pool.go(jobs.add, 1, 2),
    ])
      assert.match(thrown(MisuseError, late).message, /pool "closing" is closed/);
    assert.equal(closing[0]?.status, "waiting");
    yield* gate.send(5);
    yield* all(closing);
    assert.deepEqual(yield* all(tasks), [5, 3]);
    assert.deepEqual(pool.stats().workers, []);
    thrown(MisuseError, () => pool.run(jobs.add, 1, 2));
    yield* pool.close();
  });
  await assert.rejects(async () => await pool.run(jobs.add, 1, 2), misuse);
});

test("close while workers are starting", async () => {
  const pool = new Pool({ threads: 2 });
  await run(function* () {
    const calls = [pool.go(jobs.add, 1, 2), pool.go(jobs.add, 3, 4)];
    while (pool.stats().queued < 2) yield* yieldNow(); // they are made, and nobody is there yet
    yield* pool.close();
    assert.deepEqual(yield* all(calls), [3, 7]);
  });
  const other = new Pool({ threads: 2 });
  await run(function* () {
    const call = other.go(jobs.add, 1, 2);
    yield* yieldNow();
    call.cancel();
    yield* other.close();
  });
  assert.deepEqual(other.stats().workers, []);
});

test("a pool is closed at the end of its block", async () => {
  let pool: Pool;
  {
    await using own = new Pool({ threads: 1 });
    pool = own;
    assert.equal(await own.run(jobs.add, 1, 2), 3);
  }
  await assert.rejects(async () => await pool.run(jobs.add, 1, 2), misuse);
});

test("workers are recycled after so many calls, and no call is lost", async () => {
  const pool = new Pool({ threads: 2, recycle: { tasks: 40 } });
  const gate = sharedChannel<number>(200);
  await run(function* () {
    const threads = new Set<number>();
    for (let i = 0; i < 200; i++) gate.trySend(i);
    const calls: Task<number>[] = [];
    for (let i = 0; i < 200; i++)
      calls.push(
        i % 4 === 0 ? pool.go(jobs.receives, gate) : i % 4 === 1 ? pool.go(jobs.addSlowly, 0, i) : pool.go(jobs.thread),
      );
    const got = yield* all(calls);
    for (let i = 0; i < 200; i++) {
      if (i % 4 === 1) assert.equal(got[i], i);
      if (i % 4 >= 2) threads.add(got[i] as number);
    }
    assert.ok(threads.size >= 3, `${threads.size}`);
  });
  assert.equal(pool.stats().done, 200);
  assert.equal(pool.stats().failed, 0);
  await pool.close();
});

test("a worker that has grown is recycled", async () => {
  const pool = new Pool({ threads: 1, recycle: { memoryMb: 40 } });
  await run(function* () {
    const first = yield* pool.run(jobs.thread);
    yield* pool.run(jobs.hoards, 48);
    let now = first;
    // Its memory is looked at when it has nothing to do, and after so many calls in a row: sixty-four.
    for (let i = 0; i < 70 && now === first; i++) now = yield* pool.run(jobs.thread);
    assert.notEqual(now, first);
  });
  await pool.close();
});
