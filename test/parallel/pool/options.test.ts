// What the options of a pool of threads do, and that its stats fit together in every state.

import assert from "node:assert/strict";
import { test } from "node:test";
import { all, type Operation, run, settle, sleep, TaskCancelledError, yieldNow } from "offshoot";
import { Pool, type PoolStats, remote, sharedChannel, WorkerError } from "offshoot/parallel";
import { caught, rejected } from "../../support/caught.ts";

const jobs = remote<typeof import("./jobs.ts")>(new URL("./jobs.ts", import.meta.url));

/** What holds of any stats, whatever goes on. */
function checkStats(pool: Pool): PoolStats {
  const stats = pool.stats();
  const { queued, running, done, failed, utilisation, run, wait, workers } = stats;
  for (const count of [queued, running, done, failed]) assert.ok(Number.isInteger(count) && count >= 0, `${count}`);
  assert.ok(utilisation >= 0 && utilisation <= 1, `${utilisation}`);
  assert.equal(new Set(workers.map(({ id }) => id)).size, workers.length);
  assert.equal(
    workers.reduce((sum, worker) => sum + worker.running, 0),
    running,
  );
  for (const { memoryMb } of workers) assert.ok(memoryMb >= 0);
  for (const { count, p50, p99, max } of [run, wait]) {
    assert.ok(count <= done + failed);
    assert.ok(0 <= p50 && p50 <= p99 && p99 <= max, `${p50} ${p99} ${max}`);
  }
  assert.ok([stats, run, wait, workers, ...workers].every(Object.isFrozen));
  return stats;
}

const counts = ({ queued, running, done, failed }: PoolStats): number[] => [queued, running, done, failed];

test("a thread without a call goes after a while, and another comes when there is one", async () => {
  await using pool = new Pool({ threads: 2, idle: 1 });
  const started = sharedChannel<number>(1);
  const gate = sharedChannel<number>(1);
  await run(function* () {
    const first = yield* pool.run(jobs.thread);
    while (checkStats(pool).workers.length > 0) yield* sleep(1);
    assert.notEqual(yield* pool.run(jobs.thread), first);
    const waiting = pool.go(jobs.waits, started, gate);
    const thread = yield* started.receive();
    yield* sleep(5);
    yield* gate.send(7); // a body that waits is not idleness
    assert.equal(yield* waiting, 7);
    assert.notEqual(thread, first);
    for (let i = 0; i < 50; i++) assert.equal(yield* pool.run(jobs.twice, i), 2 * i); // whichever thread goes meanwhile
  });
  assert.deepEqual(counts(checkStats(pool)), [0, 0, 53, 0]);
});

test("all who have a call on a thread that runs out of memory are told so, and calls that wait are made", async () => {
  await using pool = new Pool({ threads: 1, name: "small", limits: { maxOldGenerationSizeMb: 24 } });
  const started = sharedChannel<number>(1);
  const gate = sharedChannel<number>(1);
  await run(function* () {
    const [beside, eats, later] = yield* settle([
      pool.run(jobs.waits, started, gate),
      (function* (): Operation<void> {
        yield* started.receive();
        yield* pool.run(jobs.eatsMemory);
      })(),
      (function* (): Operation<number> {
        yield* sleep(1);
        return yield* pool.run(jobs.add, 1, 2);
      })(),
    ]);
    for (const outcome of [beside, eats]) {
      assert.ok(outcome?.status === "rejected");
      const { message, cause } = outcome.reason as WorkerError;
      assert.match(message, /its thread in pool "small" ran out of memory; give it more with limits, or less to do at/);
      assert.equal((cause as { code?: string }).code, "ERR_WORKER_OUT_OF_MEMORY");
    }
    assert.deepEqual(later, { status: "fulfilled", value: 3 });
  });
});

test("a thread that is recycled finishes what it has, and the next calls go to another", async () => {
  await using pool = new Pool({ threads: 1, recycle: { tasks: 2 } });
  const started = sharedChannel<number>(1);
  const gate = sharedChannel<number>(1);
  await run(function* () {
    const waiting = pool.go(jobs.waits, started, gate);
    const first = yield* started.receive();
    assert.equal(yield* pool.run(jobs.thread), first);
    assert.equal(yield* pool.run(jobs.thread), first);
    const next = yield* pool.run(jobs.thread); // the first has had its share, though it has a call yet
    assert.notEqual(next, first);
    yield* gate.send(5);
    assert.equal(yield* waiting, 5);
    while (checkStats(pool).workers.length > 1) yield* sleep(1);
    assert.equal(yield* pool.run(jobs.thread), next);
  });
  const one = new Pool({ threads: 1, recycle: { tasks: 1 } });
  const threads = await Promise.all([1, 2, 3].map(() => one.run(jobs.thread)));
  assert.equal(new Set(threads).size, 3);
  await one.close();
});

test("stats fit together in every state: new, busy, after cancelling, failures and deaths, and closed", async () => {
  const pool = new Pool({ threads: 2, name: "counted", grace: 20 });
  const started = sharedChannel<number>(2);
  const gate = sharedChannel<number>(2);
  const none = { count: 0, p50: 0, p99: 0, max: 0 };
  const idle = { queued: 0, running: 0, done: 0, failed: 0, utilisation: 0, run: none, wait: none, workers: [] };
  assert.deepEqual(checkStats(pool), idle);
  await run(function* () {
    const first = pool.go(jobs.add, 1, 2);
    yield* yieldNow();
    assert.deepEqual(counts(checkStats(pool)), [1, 0, 0, 0]); // its thread is being started
    yield* first;
    assert.deepEqual(counts(checkStats(pool)), [0, 0, 1, 0]);
    yield* caught(RangeError, pool.run(jobs.fails, "x"));
    yield* caught(Error, pool.run(jobs.many as never, (() => 1) as never)); // refused: it never began
    assert.deepEqual(counts(checkStats(pool)), [0, 0, 1, 2]);
    const kept = [pool.go(jobs.keeps, started, gate), pool.go(jobs.keeps, started, gate)];
    yield* started.receive();
    yield* started.receive();
    const waiting = Array.from({ length: 5_000 }, (_, n) => pool.go(jobs.twice, n)); // more than there are places in the queue
    yield* yieldNow();
    assert.deepEqual(counts(checkStats(pool)), [5_000, 2, 1, 2]);
    assert.ok(checkStats(pool).utilisation > 0);
    gate.close();
    yield* all([...kept, ...waiting]);
    assert.deepEqual(counts(checkStats(pool)), [0, 0, 5_003, 2]);
    assert.equal(checkStats(pool).run.count, 5_004);
    assert.equal(checkStats(pool).wait.count, 5_004);
    const spinning = pool.go(jobs.spins, started);
    yield* started.receive();
    spinning.cancel();
    yield* caught(TaskCancelledError, spinning); // its thread is replaced
    yield* caught(WorkerError, pool.run(jobs.exits, 3));
    const { queued, running, done, failed } = checkStats(pool);
    assert.deepEqual([queued, running, done, failed], [0, 0, 5_003, 4]);
    yield* pool.each(jobs.thread);
    assert.deepEqual(counts(checkStats(pool)), [0, 0, 5_005, 4]);
    assert.equal(checkStats(pool).workers.length, 2);
  });
  await pool.close();
  assert.deepEqual(checkStats(pool).workers, []);
  assert.deepEqual(counts(checkStats(pool)), [0, 0, 5_005, 4]);
  assert.equal(checkStats(pool).utilisation, 0);
});

test("what was made before a pool was closed, and is used after, is refused with a remedy", async () => {
  const pool = new Pool({ threads: 1, name: "gone" });
  const [call, round] = [pool.run(jobs.add, 1, 2), pool.each(jobs.thread)];
  assert.equal(await call, 3);
  await pool.close();
  const closed = /pool "gone" is closed\. Make the calls before close\(\), or another pool\.$/;
  for (const op of [call, round]) assert.match((await rejected(Error, op.then(String))).message, closed);
});
