// Calls that workers make of their own pool.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { all, run, TaskCancelledError } from "offshoot";
import { Pool, remote, sharedChannel } from "offshoot/parallel";
import { caught } from "../../support/caught.ts";

const jobs = remote<typeof import("./jobs.ts")>(new URL("./jobs.ts", import.meta.url));
const pool = new Pool({ threads: 2, name: "nested" });
after(() => pool.close());

test("calls from workers are answered, also when every thread waits for some", async () => {
  await run(function* () {
    assert.equal(yield* pool.run(jobs.addsElsewhere, pool, 1, 2), 3);
    assert.equal(yield* pool.run(jobs.depth, pool, 100), 100);
    const depths = yield* all(Array.from({ length: 20 }, (_, i) => pool.run(jobs.depth, pool, 20 + i)));
    assert.deepEqual(
      depths,
      Array.from({ length: 20 }, (_, i) => 20 + i),
    );
    assert.equal(yield* pool.run(jobs.fibonacci, pool, 11), 89);
  });
});

test("a pool of one thread can call itself", async () => {
  const one = new Pool({ threads: 1 });
  await run(function* () {
    assert.equal(yield* one.run(jobs.depth, one, 50), 50);
    assert.equal(yield* one.run(jobs.fibonacci, one, 8), 21);
  });
  await one.close();
});

test("a cancellation reaches calls of calls", async () => {
  const started = sharedChannel<number>(1);
  const gate = sharedChannel<number>(1);
  const said = sharedChannel<string>(1);
  await run(function* () {
    const task = pool.go(jobs.passesOn, pool, 5, started, gate, said);
    yield* started.receive();
    task.cancel(new Error("all of you"));
    yield* caught(TaskCancelledError, task);
    assert.deepEqual(said.tryReceive(), { ok: true, value: "all of you" });
  });
});

test("the worker's error comes back through calls of calls, with its class", async () => {
  await run(function* () {
    assert.equal((yield* caught(RangeError, pool.run(jobs.failsBelow, pool, 4))).message, "below");
  });
});

test("grace and timeout of the pool hold for calls from its workers", async () => {
  const own = new Pool({ threads: 1, timeout: 60_000, grace: 7 });
  assert.deepEqual(await own.run(jobs.termsOf, own), [60_000, 7]);
  const endless = new Pool({ threads: 1, grace: Number.POSITIVE_INFINITY });
  assert.deepEqual(await endless.run(jobs.termsOf, endless), [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
  await Promise.all([own.close(), endless.close()]);
});

test("only the thread that has started a pool closes it", async () => {
  await run(function* () {
    assert.match(yield* pool.run(jobs.closes, pool), /^Pool\.close: pool "nested" was started by another thread/);
    assert.match(yield* pool.run(jobs.callsEach, pool), /^Pool\.each: pool "nested" was started by another thread/);
    assert.equal(yield* pool.run(jobs.addsElsewhere, pool, 2, 3), 5);
  });
});
