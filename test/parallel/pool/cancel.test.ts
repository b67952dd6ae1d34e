// Calls that are cancelled: before they begin, while they run, while their module is loaded; and what becomes of those that do not answer.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import {
  all,
  Cancelled,
  go,
  group,
  moveOnAfter,
  never,
  type Operation,
  race,
  run,
  select,
  sleep,
  type Task,
  TaskCancelledError,
  TimeoutError,
  timeout,
} from "offshoot";
import { Pool, remote, sharedChannel, WorkerError } from "offshoot/parallel";
import { caught } from "../../support/caught.ts";

const jobs = remote<typeof import("./jobs.ts")>(new URL("./jobs.ts", import.meta.url));
const pool = new Pool({ threads: 1, name: "one", grace: 60_000 });
const hasty = new Pool({ threads: 1, name: "hasty", grace: 30 });
after(() => Promise.all([pool.close(), hasty.close()]));

test("a call that has not begun is taken back, and its function never runs", async () => {
  const started = sharedChannel<number>(1);
  const gate = sharedChannel<number>(1);
  const ran = sharedChannel<string>(8);
  await run(function* () {
    const blocked = pool.go(jobs.keeps, started, gate);
    yield* started.receive();
    const waiting = ["a", "b", "c"].map((name) => pool.go(jobs.notes, ran, name));
    yield* sleep(0);
    waiting[0]?.cancel();
    waiting[2]?.cancel(new Error("not any more"));
    yield* caught(TaskCancelledError, waiting[0] as Task<string>);
    yield* caught(TaskCancelledError, waiting[2] as Task<string>);
    assert.equal(yield* moveOnAfter(1, pool.run(jobs.notes, ran, "d")), undefined);
    gate.close();
    yield* blocked;
    assert.equal(yield* waiting[1] as Task<string>, "b");
    yield* pool.run(jobs.add, 1, 2);
    assert.equal(ran.length, 1);
  });
});

test("a task in a worker is cancelled, cleans up there, and hears the reason; the extent ends after that", async () => {
  const started = sharedChannel<number>(1);
  const gate = sharedChannel<number>(1);
  const said = sharedChannel<string>(4);
  await run(function* () {
    const task = pool.go(jobs.cleans, started, gate, said);
    yield* started.receive();
    task.cancel(new Error("the reason"));
    yield* caught(TaskCancelledError, task);
    const got = said.tryReceive();
    assert.deepEqual(got, { ok: true, value: "the reason" }); // it was there when the task ended
    // As the case of a select, a branch of a race, and in a timeout.
    const picked = yield* select({ call: pool.run(jobs.cleans, started, gate, said), started: started.receive() });
    assert.equal(picked.key, "started");
    yield* said.receive();
    const cleaning = (function* (): Operation<number> {
      return -(yield* pool.run(jobs.cleans, started, gate, said));
    })();
    assert.ok((yield* race([cleaning, started.receive()])) > 0);
    assert.equal(said.length, 1);
    yield* said.receive();
    yield* caught(
      TimeoutError,
      timeout(
        50,
        (function* (): Operation<void> {
          yield* pool.run(jobs.cleans, started, gate, said);
        })(),
      ),
    );
    assert.equal(said.length, 1);
  });
  assert.equal(pool.stats().running, 0);
});

test("the owner's end cancels what it has started on the pool", async () => {
  const started = sharedChannel<number>(4);
  const gate = sharedChannel<number>(1);
  const said = sharedChannel<string>(4);
  await run(function* () {
    const failing = group(function* () {
      for (let i = 0; i < 3; i++) pool.go(jobs.cleans, started, gate, said);
      for (let i = 0; i < 3; i++) yield* started.receive();
      throw new RangeError("boom");
    });
    yield* caught(RangeError, failing);
    assert.equal(said.length, 3);
  });
});

test("an async body hears of it by its signal", async () => {
  const started = sharedChannel<number>(1);
  const said = sharedChannel<string>(1);
  await run(function* () {
    const task = pool.go(jobs.hears, started, said);
    yield* started.receive();
    task.cancel(new Error("listen"));
    yield* caught(TaskCancelledError, task);
    assert.equal(yield* said.receive(), "listen");
  });
});

test("a call is cancelled while its module is being loaded", async () => {
  const slow = remote<{ late(ran: unknown): string }>(
    `data:text/javascript,await new Promise((go) => setTimeout(go, 30)); export const late = (ran) => (ran.trySend("late"), "late");`,
  );
  const ran = sharedChannel<string>(2);
  await run(function* () {
    const [a, b] = [pool.go(slow.late, ran), pool.go(slow.late, ran)];
    yield* moveOnAfter(5, never);
    a.cancel();
    yield* caught(TaskCancelledError, a);
    assert.equal(yield* b, "late");
    assert.equal(ran.length, 1);
  });
});

test("a plain function that goes on beyond the grace has its thread replaced, and others there hear why", async () => {
  const started = sharedChannel<number>(1);
  const gate = sharedChannel<number>(1);
  await run(function* () {
    const other = go(function* () {
      return yield* caught(WorkerError, hasty.run(jobs.waits, started, gate));
    });
    yield* started.receive();
    const plain = hasty.go(jobs.spins, started);
    yield* started.receive();
    const waiting = hasty.go(jobs.add, 2, 3);
    plain.cancel();
    yield* caught(TaskCancelledError, plain);
    const error = yield* other;
    assert.match(
      error.message,
      /"waits" of jobs\.ts has no answer: its thread in pool "hasty" was replaced: "spins" of jobs\.ts/,
    );
    assert.match(error.message, /grace of 30 ms/);
    assert.equal(yield* waiting, 5); // in the next one
  });
});

test("a task that does not answer within the grace has its thread replaced", async () => {
  const started = sharedChannel<number>(1);
  const gate = sharedChannel<number>(1);
  await run(function* () {
    const task = hasty.go(jobs.stays, started, gate);
    const thread = yield* started.receive();
    task.cancel();
    yield* caught(TaskCancelledError, task);
    assert.notEqual(yield* hasty.run(jobs.thread), thread);
  });
});

test("a call that answers although it was cancelled leaves its thread alone", async () => {
  const started = sharedChannel<number>(1);
  const gate = sharedChannel<number>(1);
  await run(function* () {
    const task = pool.go(jobs.stays, started, gate);
    const thread = yield* started.receive();
    task.cancel();
    yield* gate.send(1);
    yield* caught(TaskCancelledError, task);
    assert.equal(yield* pool.run(jobs.thread), thread);
  });
});

test("the timeout of a pool counts from when a call begins", async () => {
  const quick = remote<{ spins(started: unknown): number; add(a: number, b: number): number; waits(): Promise<void> }>(
    `data:text/javascript,
      export const spins = (started) => { started.trySend(1); for (;;); };
      export const add = (a, b) => a + b;
      export const waits = async () => { await new Promise(() => {}); };`,
  );
  const own = new Pool({ threads: 1, name: "timed", timeout: 300, grace: 1 });
  const started = sharedChannel<number>(1);
  await run(function* () {
    const late = go(function* () {
      return yield* caught(TimeoutError, own.run(quick.spins, started));
    });
    yield* started.receive();
    const waited = Array.from({ length: 4 }, () => own.go(quick.add, 1, 2)); // for longer than the timeout
    assert.match((yield* late).message, /^Pool\.run: "spins" of .* has not answered within 300 ms of its start/);
    assert.deepEqual(yield* all(waited), [3, 3, 3, 3]);
    yield* caught(TimeoutError, own.run(quick.waits));
  });
  await own.close();
});

test("a run that is cancelled waits for what it has on the pool", async () => {
  const started = sharedChannel<number>(1);
  const gate = sharedChannel<number>(1);
  const said = sharedChannel<string>(1);
  const controller = new AbortController();
  const running = run(
    function* () {
      try {
        yield* pool.run(jobs.cleans, started, gate, said);
      } catch (error) {
        assert.ok(error instanceof Cancelled);
        throw error;
      }
    },
    { signal: controller.signal },
  );
  await started.receive();
  controller.abort(new Error("from outside"));
  await assert.rejects(running, { message: "from outside" });
  assert.deepEqual(said.tryReceive(), { ok: true, value: "from outside" });
});
