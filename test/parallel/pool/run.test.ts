// Calls of all kinds: what comes back, what is thrown, where they run, and that none waits while a worker is idle.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { threadId } from "node:worker_threads";
import { all, go, run, select, type Task, TaskCancelledError } from "offshoot";
import { Pool, remote, sharedChannel } from "offshoot/parallel";
import { caught, rejected } from "../../support/caught.ts";

const jobs = remote<typeof import("./jobs.ts")>(new URL("./jobs.ts", import.meta.url));
const pool = new Pool({ threads: 2, name: "two" });
after(() => pool.close());

test("a call answers what the function returns: plain, async, a generator, an operation, a promise", async () => {
  await run(function* () {
    assert.equal(yield* pool.run(jobs.add, 1, 2), 3);
    assert.equal(yield* pool.run(jobs.addLater, 1, 2), 3);
    assert.equal(yield* pool.run(jobs.addSlowly, 1, 2), 3);
    assert.equal(yield* pool.run(jobs.naps, 1), undefined);
    assert.equal(yield* pool.run(jobs.promised, 5), 5);
    const numbers = sharedChannel<number>(1);
    yield* numbers.send(7);
    assert.equal(yield* pool.run(jobs.receives, numbers), 7);
    assert.equal(yield* pool.run(jobs.manyTasks, 10), 45);
  });
});

test("a call throws what the function throws: plain, async, a generator", async () => {
  await run(function* () {
    const error = yield* caught(RangeError, pool.run(jobs.fails, "one"));
    assert.equal(error.message, "one");
  });
  await assert.rejects(async () => await pool.run(jobs.failsLater, "two"), { message: "two" });
  await assert.rejects(async () => await pool.run(jobs.failsSlowly, "three"), { message: "three" });
});

test("functions run in other threads, and calls at once on several", async () => {
  const started = sharedChannel<number>(2);
  const gate = sharedChannel<number>(2);
  await run(function* () {
    const calls = [pool.go(jobs.keeps, started, gate), pool.go(jobs.keeps, started, gate)];
    const threads = [yield* started.receive(), yield* started.receive()];
    assert.equal(new Set([...threads, threadId]).size, 3);
    gate.close();
    assert.deepEqual((yield* all(calls)).sort(), threads.sort());
  });
});

test("an idle worker takes all that waits while the other is blocked", async () => {
  const started = sharedChannel<number>(1);
  const gate = sharedChannel<number>(1);
  await run(function* () {
    const blocked = pool.go(jobs.keeps, started, gate);
    const thread = yield* started.receive();
    const others: Task<number>[] = [];
    for (let i = 0; i < 500; i++) others.push(pool.go(jobs.thread));
    for (const other of yield* all(others)) assert.notEqual(other, thread);
    for (let i = 0; i < 50; i++) assert.notEqual(yield* pool.run(jobs.thread), thread);
    gate.close();
    assert.equal(yield* blocked, thread);
  });
});

test("bodies that wait share a thread", async () => {
  const started = sharedChannel<number>(10);
  const gate = sharedChannel<number>(10);
  await run(function* () {
    const tasks = Array.from({ length: 10 }, () => pool.go(jobs.waits, started, gate));
    const threads = new Set<number>();
    for (let i = 0; i < 10; i++) threads.add(yield* started.receive()); // all have begun, on two threads
    assert.ok(threads.size <= 2);
    for (let i = 0; i < 10; i++) yield* gate.send(i);
    const got = yield* all(tasks);
    assert.deepEqual(
      got.sort((a, b) => a - b),
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    );
  });
});

test("channels connect tasks of several threads", async () => {
  const source = sharedChannel<number>(4);
  const sink = sharedChannel<number>(4);
  await run(function* () {
    const pumps = [0, 1, 2, 3].map(() => pool.go(jobs.pumps, source, sink));
    go(function* () {
      for (let i = 1; i <= 1_000; i++) yield* source.send(i);
      source.close();
    });
    let sum = 0;
    for (let i = 0; i < 1_000; i++) sum += yield* sink.receive();
    assert.equal(sum, 1_001_000);
    const counts = yield* all(pumps);
    assert.equal(
      counts.reduce((total, count) => total + count, 0),
      1_000,
    );
  });
});

test("a call is awaited outside any run, and each await is a call of its own", async () => {
  const ran = sharedChannel<string>(4);
  const op = pool.run(jobs.notes, ran, "again");
  assert.equal(ran.length, 0);
  assert.equal(await op, "again");
  assert.equal(await op, "again");
  assert.equal(ran.length, 2);
  const started = pool.go(jobs.add, 3, 4);
  assert.equal(await started, 7);
  assert.equal(started.status, "succeeded");
  assert.deepEqual(await Promise.all([pool.run(jobs.add, 1, 1), pool.run(jobs.addLater, 2, 2)]), [2, 4]);
});

test("an operation that was made and never used calls nothing", async () => {
  const ran = sharedChannel<string>(1);
  pool.run(jobs.notes, ran, "never");
  await pool.run(jobs.add, 1, 1);
  await pool.run(jobs.add, 1, 1);
  assert.equal(ran.length, 0);
});

test("arguments and answers may be larger than what the queue has room for", async () => {
  const large = "é".repeat(5 << 20);
  assert.equal(await pool.run(jobs.sizeOf, large), 5 << 20);
  assert.equal((await pool.run(jobs.filled, 6 << 20)).length, 6 << 20);
  const answers = await Promise.all(Array.from({ length: 12 }, () => pool.run(jobs.sizeOf, large.slice(0, 1 << 20))));
  assert.deepEqual(answers, new Array(12).fill(1 << 20));
  const texts = await Promise.all(Array.from({ length: 12 }, () => pool.run(jobs.filled, 1 << 20)));
  assert.deepEqual(
    texts.map(({ length }) => length),
    new Array(12).fill(1 << 20),
  );
});

test("a function or a module that is not there fails the call, and the pool goes on", async () => {
  const nowhere = remote<{ missing(): number }>(new URL("./nowhere.ts", import.meta.url));
  const missing = remote<{ missing(): number }>(new URL("./jobs.ts", import.meta.url));
  await assert.rejects(async () => await pool.run(nowhere.missing), { message: /nowhere\.ts/ });
  await assert.rejects(async () => await pool.run(missing.missing), { message: /missing/ });
  assert.equal(await pool.run(jobs.add, 1, 2), 3);
});

test("each calls a function once on every worker", async () => {
  const own = new Pool({ threads: 3, name: "each" });
  const threads = await own.each(jobs.thread);
  assert.equal(new Set(threads).size, 3);
  assert.deepEqual((await own.each(jobs.thread)).sort(), threads.sort());
  assert.deepEqual(await own.each(jobs.addLater, 1, 2), [3, 3, 3]);
  await assert.rejects(async () => await own.each(jobs.fails, "each"), { message: "each" });
  await own.close();
});

test("each reaches workers that know neither caller nor function yet", async () => {
  await pool.run(jobs.add, 1, 2); // this thread, and the function, are known to others
  const own = new Pool({ threads: 2 });
  assert.deepEqual(await own.each(jobs.add, 1, 2), [3, 3]);
  await own.close();
});

test("what is no remote function is refused at the call", () => {
  const wrong = (() => 1) as never;
  assert.throws(() => pool.run(wrong), { code: "OFFSHOOT_ERR_MISUSE" });
  assert.throws(() => pool.go(wrong), { code: "OFFSHOOT_ERR_MISUSE" });
  assert.throws(() => pool.map(wrong, []), { code: "OFFSHOOT_ERR_MISUSE" });
  assert.throws(() => pool.each(wrong), { code: "OFFSHOOT_ERR_MISUSE" });
});

test("a failing go that nobody joined fails its owner", async () => {
  await rejected(
    Object,
    run(function* () {
      pool.go(jobs.fails, "owner");
      yield* pool.run(jobs.add, 1, 2);
    }),
  );
});

test("each that is given up, or fails, cancels the calls that are under way", async () => {
  const own = new Pool({ threads: 2 });
  const started = sharedChannel<number>(2);
  const gate = sharedChannel<number>(2);
  const said = sharedChannel<string>(2);
  await run(function* () {
    const task = go(() => own.each(jobs.cleans, started, gate, said));
    yield* started.receive();
    yield* started.receive();
    task.cancel(new Error("enough"));
    yield* caught(TaskCancelledError, task);
    assert.equal(said.length, 2); // they have cleaned up by then
    assert.deepEqual([yield* said.receive(), yield* said.receive()], ["enough", "enough"]);
    const got = yield* select({ all: own.each(jobs.waits, started, gate), one: started.receive() });
    assert.equal(got.key, "one");
  });
  assert.equal(own.stats().running, 0);
  await own.close();
  await assert.rejects(async () => await own.each(jobs.thread), { code: "OFFSHOOT_ERR_MISUSE" });
});
