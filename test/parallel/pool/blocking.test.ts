// blocking: calls that block their thread, on threads of their own, which come and go as they are needed.
// own process: the threads are those of the whole process

import assert from "node:assert/strict";
import { test } from "node:test";
import { threadId } from "node:worker_threads";
import { all, go, MisuseError, type Operation, run, sleep, type Task, TaskCancelledError } from "offshoot";
import { blocking, inline, move, Pool, remote, sharedChannel, WorkerError } from "offshoot/parallel";
import { caught } from "../../support/caught.ts";
import { program } from "../../support/process.ts";

const jobs = remote<typeof import("./jobs.ts")>(new URL("./jobs.ts", import.meta.url));
const MOST = 32;

test("calls one after the other have one thread, which is not this one", async () => {
  await run(function* () {
    const thread = yield* blocking(jobs.thread);
    assert.notEqual(thread, threadId);
    for (let i = 0; i < 5; i++) assert.equal(yield* blocking(jobs.thread), thread);
  });
  assert.equal(await blocking(jobs.add, 1, 2), 3);
  const op = blocking(jobs.thread);
  assert.equal(await op, await op); // each use is a call
});

test("a blocked thread keeps neither this one nor a pool from going on", async () => {
  const started = sharedChannel<number>(1);
  const gate = sharedChannel<number>(1);
  const pool = new Pool({ threads: 1 });
  await run(function* () {
    const blocked = go(() => blocking(jobs.keeps, started, gate));
    const thread = yield* started.receive();
    yield* sleep(1); // the timers of this thread fire
    assert.equal(yield* pool.run(jobs.add, 1, 2), 3);
    assert.notEqual(yield* blocking(jobs.thread), thread); // nor another such call
    gate.close();
    assert.equal(yield* blocked, thread);
  });
  await pool.close();
});

test("there are as many threads as calls at once, up to a limit; above it calls wait, first come, first served", async () => {
  const started = sharedChannel<number>(MOST);
  const gate = sharedChannel<number>(MOST);
  const ran = sharedChannel<string>(4);
  await run(function* () {
    const blocked = Array.from({ length: MOST }, () => go(() => blocking(jobs.keeps, started, gate)));
    const threads = new Set<number>();
    for (let i = 0; i < MOST; i++) threads.add(yield* started.receive());
    assert.equal(threads.size, MOST);
    const names = ["a", "b", "c", "d"];
    const waiting: Task<string>[] = names.map((name) => go(() => blocking(jobs.notes, ran, name)));
    yield* sleep(1);
    assert.equal(ran.length, 0); // no thread is there for them
    waiting[1]?.cancel();
    yield* caught(TaskCancelledError, waiting[1] as Task<string>);
    yield* gate.send(1); // one thread is free, and takes them in their order
    assert.deepEqual(yield* all([waiting[0], waiting[2], waiting[3]] as Task<string>[]), ["a", "c", "d"]);
    assert.deepEqual([yield* ran.receive(), yield* ran.receive(), yield* ran.receive()], ["a", "c", "d"]);
    gate.close();
    assert.deepEqual(new Set(yield* all(blocked)), threads);
  });
});

test("many more calls than threads are all answered", async () => {
  const twice = await Promise.all(Array.from({ length: 500 }, (_, n) => blocking(jobs.twice, n)));
  assert.deepEqual(
    twice,
    Array.from({ length: 500 }, (_, n) => 2 * n),
  );
});

test("an error comes back with its class, its fields, its cause, and a stack of both places", async () => {
  await run(function* () {
    const error = yield* caught(TypeError, blocking(jobs.failsInDetail));
    assert.equal((error as { code?: string }).code, "E_DETAIL");
    assert.ok(error.cause instanceof RangeError);
    assert.match(error.stack ?? "", /failsInDetail .*jobs\.ts[\s\S]*called from[\s\S]*blocking\.test\.ts/);
    assert.equal((yield* caught(WorkerError, blocking(jobs.exits, 3))).exitCode, 3);
    const { message } = yield* caught(MisuseError, blocking(jobs.many as never, (() => 1) as never));
    assert.match(message, /argument 0 is a function/);
    assert.equal(yield* blocking(jobs.add, 1, 2), 3);
  });
  await assert.rejects(async () => await blocking(jobs.failsLater, "awaited"), { message: "awaited" });
  assert.throws(() => blocking((() => 1) as never), { code: "OFFSHOOT_ERR_MISUSE" });
});

test("values come and go as in a pool: inline, moved, through channels", async () => {
  const by = 3;
  await run(function* () {
    assert.equal(
      yield* blocking(
        inline((n: number) => n * by, { by }),
        5,
      ),
      15,
    );
    const bytes = new Uint8Array(1 << 20);
    const back = yield* blocking(jobs.fills, move(bytes), 9);
    assert.deepEqual([bytes.byteLength, back.byteLength, back[7]], [0, 1 << 20, 9]);
    const numbers = sharedChannel<number>(1);
    const received = go(() => blocking(jobs.receives, numbers));
    yield* numbers.send(7);
    assert.equal(yield* received, 7);
  });
});

test("who waits for a blocked call that is cancelled goes on at once, and its extent when the call has ended", async () => {
  const blocks = inline((words: Int32Array) => {
    Atomics.store(words, 2, 1);
    Atomics.wait(words, 0, 0);
    Atomics.store(words, 1, 1);
  });
  const words = new Int32Array(new SharedArrayBuffer(12));
  await run(function* (): Operation<void> {
    let seen = -1;
    const task = go(function* () {
      try {
        yield* blocking(blocks, words);
      } finally {
        seen = Atomics.load(words, 1);
        Atomics.store(words, 0, 1);
        Atomics.notify(words, 0);
      }
    });
    while (Atomics.load(words, 2) === 0) yield* sleep(1);
    task.cancel();
    yield* caught(TaskCancelledError, task);
    assert.deepEqual([seen, Atomics.load(words, 1)], [0, 1]);
  });
});

test("a blocked call that is cancelled, and does not end within the grace, has its thread replaced", async () => {
  const started = sharedChannel<number>(1);
  await run(function* (): Operation<void> {
    const spinning = go(() => blocking(jobs.spins, started));
    yield* started.receive();
    spinning.cancel();
    yield* caught(TaskCancelledError, spinning);
    assert.equal(yield* blocking(jobs.add, 1, 2), 3);
  });
});

test("a program with idle threads for such calls ends by itself", async () => {
  const { code, stdout, stderr } = await program(`
    import { blocking, remote } from "offshoot/parallel";
    const jobs = remote(new URL("test/parallel/pool/jobs.ts", "file://" + process.cwd() + "/"));
    console.log(await Promise.all([1, 2, 3].map((n) => blocking(jobs.twice, n))));`);
  assert.deepEqual([code, stdout, stderr], [0, "[ 2, 4, 6 ]\n", ""]);
});

test("a thread that was not called for a while ends, and another is started for the next call", async () => {
  // ten seconds are over sooner there
  const hasty = `data:text/javascript,
    const { setTimeout: later } = globalThis;
    globalThis.setTimeout = (f, ms, ...args) => later(f, ms === 10_000 ? 20 : ms, ...args);`;
  const { code, stdout, stderr } = await program(
    `import { blocking, remote } from "offshoot/parallel";
     import { here } from "./src/parallel/neighbours.ts";
     const jobs = remote(new URL("test/parallel/pool/jobs.ts", "file://" + process.cwd() + "/"));
     const first = await Promise.all([1, 2].map(() => blocking(jobs.thread)));
     const { commons } = here();
     while (commons.living().length > 1) await new Promise((resolve) => setTimeout(resolve, 1));
     const next = await blocking(jobs.thread);
     console.log(first.includes(next));`,
    "--import",
    hasty,
  );
  assert.deepEqual([code, stdout, stderr], [0, "false\n", ""]);
});
