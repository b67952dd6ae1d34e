// Calls of processes instead of threads: what comes back, what is thrown, where they run, and what cannot travel.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { all, MisuseError, type Operation, run } from "offshoot";
import {
  InterlockedList,
  inline,
  move,
  Pool,
  registerError,
  remote,
  SharedCounter,
  SharedList,
  SharedMap,
  SharedMutex,
  sharedChannel,
} from "offshoot/parallel";
import { caught } from "../../support/caught.ts";
import * as here from "./process-jobs.ts";

const jobs = remote<typeof here>(new URL("./process-jobs.ts", import.meta.url));
const pool = new Pool({ processes: 2, name: "apart" });
after(() => pool.close());

test("one argument arrives as one, whatever it is, and none as none", async () => {
  const given = inline((...args: unknown[]) => args);
  await run(function* () {
    for (const value of [1, "x", "x".repeat(10_000), false, null, undefined, [1]])
      assert.deepEqual(yield* pool.run(given, value), [value]);
    assert.deepEqual(yield* pool.run(given), []);
    const value = "captured";
    assert.equal(yield* pool.run(inline(() => value, { value })), value);
  });
});

test("a call answers what the function returns: plain, async, a generator, inline", async () => {
  const by = 3;
  await run(function* () {
    assert.equal(yield* pool.run(jobs.add, 1, 2), 3);
    assert.equal(yield* pool.run(jobs.addLater, 1, 2), 3);
    assert.equal(yield* pool.run(jobs.addSlowly, 1, 2), 3);
    assert.equal(yield* pool.run(jobs.echo, undefined), undefined);
    assert.equal(
      yield* pool.run(
        inline((n: number) => n * by, { by }),
        5,
      ),
      15,
    );
    assert.equal(yield* pool.go(jobs.add, 3, 4), 7);
  });
  assert.equal(await pool.run(jobs.add, 5, 6), 11);
  assert.equal(pool.size, 2);
});

test("values of all kinds come back as they went, and large ones too", async () => {
  const ring: { self?: unknown; list: number[] } = { list: [1, 2] };
  ring.self = ring;
  const values = [1.5, -0, 2n ** 70n, "é".repeat(10), null, new Date(5), /x/g, new Map([[{ a: 1 }, new Set([1])]])];
  await run(function* () {
    assert.deepEqual(yield* pool.run(jobs.echo, values), values);
    const back = (yield* pool.run(jobs.echo, ring)) as typeof ring;
    assert.equal(back.self, back);
    assert.deepEqual(yield* pool.run(jobs.echo, new Uint16Array([1, 2, 3])), new Uint16Array([1, 2, 3]));
    assert.equal((yield* pool.run(jobs.filled, 3 << 20)).length, 3 << 20);
    const error = (yield* pool.run(jobs.echo, new RangeError("as a value"))) as RangeError;
    assert.ok(error instanceof RangeError && error.message === "as a value");
  });
});

test("functions run in other processes, several at once, and a plain one has its process for itself", async () => {
  const folder = here.meetingPlace();
  await run(function* () {
    const kept = [pool.go(jobs.keeps, folder, "first"), pool.go(jobs.keeps, folder, "second")];
    const waiting = pool.go(jobs.notes, folder, "third");
    yield* here.heard(folder, "first");
    yield* here.heard(folder, "second");
    assert.deepEqual([pool.stats().running, pool.stats().queued], [2, 1]);
    assert.equal(here.hasSaid(folder, "third"), false);
    here.say(folder, "go on");
    const ids = yield* all(kept);
    assert.equal(new Set([...ids, process.pid]).size, 3);
    assert.ok(ids.includes(yield* waiting));
  });
  here.leaveNothing(folder);
});

test("an idle process takes all that waits while the other is blocked", async () => {
  const folder = here.meetingPlace();
  await run(function* () {
    const blocked = pool.go(jobs.keeps, folder);
    yield* here.heard(folder, "kept");
    const others = yield* all(Array.from({ length: 100 }, () => pool.run(jobs.pid)));
    here.say(folder, "go on");
    const pid = yield* blocked;
    assert.equal(new Set(others).size, 1);
    assert.ok(!others.includes(pid));
  });
  here.leaveNothing(folder);
});

test("bodies that wait share a process", async () => {
  const folder = here.meetingPlace();
  await run(function* () {
    const tasks = Array.from({ length: 6 }, (_, i) => pool.go(jobs.waits, folder, `waits ${i}`));
    for (let i = 0; i < 6; i++) yield* here.heard(folder, `waits ${i}`); // all have begun, in two processes
    assert.equal(yield* pool.run(jobs.add, 1, 2), 3);
    here.say(folder, "go on");
    assert.equal(new Set(yield* all(tasks)).size, 2);
  });
  here.leaveNothing(folder);
});

test("map gives the results in order or not, and its first failure", async () => {
  const items = Array.from({ length: 30 }, (_, i) => i);
  const doubled = items.map((n) => n * 2);
  await run(function* () {
    for (const options of [{}, { chunk: 7 }, { ordered: false }, { chunk: 4, ordered: false }]) {
      const results = pool.map(jobs.twice, items, options);
      const got: number[] = [];
      for (let next = yield* results.next(); !next.done; next = yield* results.next()) got.push(next.value);
      assert.deepEqual(options.ordered === false ? got.sort((a, b) => a - b) : got, doubled);
    }
  });
  await assert.rejects(async () => {
    for await (const _ of pool.map(jobs.failsInDetail as never, [1, 2, 3])) assert.fail("gave a result");
  }, TypeError);
});

test("each calls a function once on every process", async () => {
  const own = new Pool({ processes: 3 });
  const ids = await own.each(jobs.pid);
  assert.equal(new Set([...ids, process.pid]).size, 4);
  assert.deepEqual((await own.each(jobs.pid)).sort(), ids.sort());
  assert.deepEqual(await own.each(jobs.addSlowly, 1, 2), [3, 3, 3]);
  await assert.rejects(async () => await own.each(jobs.failsInDetail), { message: "outer" });
  await own.close();
  await assert.rejects(async () => await own.each(jobs.pid), { code: "OFFSHOOT_ERR_MISUSE" });
});

test("an error comes back with its class, its code, its fields, its cause, and a stack of both places", async () => {
  await run(function* failing() {
    const error = yield* caught(TypeError, pool.run(jobs.failsInDetail));
    assert.equal(error.message, "outer");
    const { code, seen } = error as { code?: unknown; seen?: unknown };
    assert.deepEqual([code, seen], ["E_DETAIL", new Set([1])]);
    assert.ok(error.cause instanceof RangeError && error.cause.message === "inner");
    assert.match(error.stack ?? "", /failsInDetail .*process-jobs\.ts[\s\S]*called from[\s\S]*processes\.test\.ts/);
  });
  await assert.rejects(async () => await pool.run(jobs.failsInDetail), {
    stack: /failsInDetail .*process-jobs\.ts[\s\S]*called from[\s\S]*processes\.test\.ts/,
  });
});

test("the errors in an AggregateError come along, and those of a registered class are of it", async () => {
  registerError(here.Lost);
  await run(function* () {
    const error = yield* caught(AggregateError, pool.run(jobs.losesItsWay, "the woods"));
    const [lost, second] = error.errors as [here.Lost, RangeError];
    assert.ok(lost instanceof here.Lost);
    assert.deepEqual([lost.message, lost.where], ["lost in the woods", "the woods"]);
    assert.ok(second instanceof RangeError);
    assert.match(lost.stack ?? "", /losesItsWay .*process-jobs\.ts/);
  });
});

test("shared objects are refused with their name, where they lie, and what to do", async () => {
  const name = "ledger";
  const objects = {
    SharedChannel: sharedChannel(1, { name }),
    SharedMap: new SharedMap({ name }),
    SharedList: new SharedList({ name }),
    InterlockedList: new InterlockedList({ name }),
    SharedMutex: new SharedMutex({ name }),
  };
  await run(function* () {
    for (const [kind, object] of Object.entries(objects)) {
      const { message } = yield* caught(MisuseError, pool.run(jobs.echo, { deep: [object] }));
      assert.match(message, new RegExp(`^Pool\\.run: argument 0\\.deep\\[0\\] is an? ${kind} "ledger", which lies in`));
      assert.match(message, /Use a pool of threads, or send the data it holds\.$/);
    }
    yield* caught(MisuseError, pool.run(jobs.echo, new SharedCounter()));
    yield* caught(MisuseError, pool.run(jobs.echo, new Uint8Array(new SharedArrayBuffer(8))));
    const threads = new Pool({ threads: 1, name: "threads" });
    assert.match((yield* caught(MisuseError, pool.run(jobs.echo, threads))).message, /argument 0 is a Pool "threads"/);
    for (const other of [pool, threads]) {
      const { message } = yield* caught(MisuseError, other.run(jobs.echo, pool));
      assert.match(message, /"apart" is a pool of processes, which only the thread can use that has made it/);
    }
    yield* threads.close();
    assert.equal(yield* pool.run(jobs.add, 1, 2), 3);
  });
});

test("an answer, or an error, that holds what cannot travel says so", async () => {
  const shares = inline(async () => ({ made: new (await import("offshoot/parallel")).SharedMap({ name: "inside" }) }));
  const throws = inline(async () => {
    const { SharedMap } = await import("offshoot/parallel");
    throw Object.assign(new RangeError("with a map"), { map: new SharedMap(), code: 7 });
  });
  await run(function* () {
    const wrong = yield* caught(MisuseError, pool.run(jobs.givesAFunction));
    assert.match(wrong.message, /the answer of "givesAFunction" of process-jobs\.ts.*\.f is a function "f"/);
    const { message } = yield* caught(MisuseError, pool.run(shares));
    assert.match(message, /\.made is a SharedMap "inside", which lies in memory that processes do not share/);
    const error = yield* caught(RangeError, pool.run(throws));
    assert.deepEqual([error.message, (error as { code?: number }).code], ["with a map", 7]);
    assert.equal(yield* pool.run(jobs.add, 1, 2), 3);
  });
});

test("what is moved is copied, and gone here once it has been sent", async () => {
  await run(function* (): Operation<void> {
    const bytes = new Uint8Array(1_000).fill(1);
    assert.equal(yield* pool.run(jobs.sum, move(bytes)), 1_000);
    assert.equal(bytes.byteLength, 0);
    const refused = new Uint8Array(1_000);
    yield* caught(MisuseError, pool.run(jobs.echo, [move(refused), () => 1]));
    assert.equal(refused.byteLength, 1_000);
  });
});
