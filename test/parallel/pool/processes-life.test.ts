// Processes that are recycled, go when they are idle, and end with their pool or with the program; and what a pool tells of them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { all, go, MisuseError, run, sleep } from "offshoot";
import { Pool, remote } from "offshoot/parallel";
import { caught, thrown } from "../../support/caught.ts";
import { program } from "../../support/process.ts";
import * as here from "./process-jobs.ts";

const jobs = remote<typeof here>(new URL("./process-jobs.ts", import.meta.url));

const head = `
import { run } from "offshoot";
import { Pool, remote } from "offshoot/parallel";
const jobs = remote(new URL("test/parallel/pool/process-jobs.ts", "file://" + process.cwd() + "/"));
`;

test("processes are recycled after so many calls, and no call is lost", async () => {
  await using pool = new Pool({ processes: 1, recycle: { tasks: 5 } });
  const numbers = Array.from({ length: 12 }, (_, i) => i);
  const answers = await Promise.all(numbers.map((i) => pool.run(i % 2 === 0 ? jobs.addSlowly : jobs.add, i, i)));
  assert.deepEqual(
    answers,
    numbers.map((i) => 2 * i),
  );
  const ids: number[] = [];
  for (let i = 0; i < 6; i++) ids.push(await pool.run(jobs.pid));
  assert.equal(new Set(ids).size, 2);
  assert.deepEqual([pool.stats().done, pool.stats().failed], [18, 0]);
});

test("a process that has grown is recycled", async () => {
  await using pool = new Pool({ processes: 1, recycle: { memoryMb: 400 } });
  const first = await pool.run(jobs.hoards, 500);
  let now = first;
  for (let i = 0; i < 60 && now === first; i++) now = await pool.run(jobs.pid); // it tells its memory now and then
  assert.notEqual(now, first);
});

test("a process without a call goes after a while, and another comes when there is one", async () => {
  await using pool = new Pool({ processes: 2, idle: 1 });
  await run(function* () {
    const first = yield* pool.run(jobs.pid);
    while (pool.stats().workers.length > 0) yield* sleep(1);
    assert.notEqual(yield* pool.run(jobs.pid), first);
    const folder = here.meetingPlace();
    const waiting = pool.go(jobs.waits, folder);
    yield* here.heard(folder, "waits");
    yield* sleep(5);
    here.say(folder, "go on");
    yield* waiting; // a body that waits is not idleness
    here.leaveNothing(folder);
  });
  assert.deepEqual([pool.stats().done, pool.stats().failed], [3, 0]);
});

test("stats tell of calls and processes, in every state", async () => {
  const folder = here.meetingPlace();
  const pool = new Pool({ processes: 1, name: "counted" });
  const none = { count: 0, p50: 0, p99: 0, max: 0 };
  const idle = { queued: 0, running: 0, done: 0, failed: 0, utilisation: 0, run: none, wait: none, workers: [] };
  assert.deepEqual(pool.stats(), idle);
  assert.equal(inspect(pool), '[pool "counted", 0 of 1 workers, 0 calls under way]');
  await run(function* () {
    for (let i = 0; i < 20; i++) yield* pool.run(jobs.add, i, i);
    yield* caught(TypeError, pool.run(jobs.failsInDetail));
    yield* caught(
      MisuseError,
      pool.run(jobs.echo, () => 1),
    );
    const kept = pool.go(jobs.keeps, folder);
    yield* here.heard(folder, "kept");
    const waiting = [pool.go(jobs.add, 1, 2), pool.go(jobs.add, 1, 2)];
    yield* sleep(0);
    const busy = pool.stats();
    assert.deepEqual([busy.queued, busy.running, busy.done, busy.failed], [2, 1, 20, 2]);
    assert.ok(busy.utilisation > 0 && busy.utilisation <= 1, `${busy.utilisation}`);
    assert.equal(inspect(pool), '[pool "counted", 1 of 1 workers, 3 calls under way]');
    here.say(folder, "go on");
    yield* all([kept, ...waiting]);
    const stats = pool.stats();
    assert.deepEqual([stats.queued, stats.running, stats.done, stats.failed], [0, 0, 23, 2]);
    for (const { count, p50, p99, max } of [stats.run, stats.wait]) {
      assert.equal(count, 24); // but for the call that did not begin
      assert.ok(0 <= p50 && p50 <= p99 && p99 <= max, `${p50} ${p99} ${max}`);
    }
    assert.equal(stats.workers.length, 1);
    const [worker] = stats.workers;
    assert.deepEqual([worker?.id, worker?.running, worker?.done], [1, 0, 24]);
    assert.ok((worker?.memoryMb ?? 0) > 1);
    assert.ok([stats, stats.run, stats.wait, stats.workers, worker].every(Object.isFrozen));
  });
  await pool.close();
  assert.deepEqual(pool.stats().workers, []);
  assert.equal(pool.stats().done, 23);
  here.leaveNothing(folder);
});

test("close waits for calls under way, takes no more, and may be called again", async () => {
  const folder = here.meetingPlace();
  const pool = new Pool({ processes: 1, name: "closing" });
  await run(function* () {
    const calls = [pool.go(jobs.waits, folder), pool.go(jobs.addSlowly, 1, 2)];
    yield* here.heard(folder, "waits");
    const closing = [go(() => pool.close()), go(() => pool.close())];
    yield* sleep(0);
    for (const late of [
      () => pool.run(jobs.add, 1, 2),
      () => pool.go(jobs.add, 1, 2),
      () => pool.map(jobs.twice, [1]),
      () => pool.each(jobs.pid),
    ])
      assert.match(thrown(MisuseError, late).message, /pool "closing" is closed/);
    assert.equal(closing[0]?.status, "waiting");
    here.say(folder, "go on");
    yield* all(closing);
    assert.equal((yield* all(calls))[1], 3);
    yield* pool.close();
  });
  here.leaveNothing(folder);
});

test("a program ends by itself when its calls are done, its pool of processes closed or not", async () => {
  const [left, closed] = await Promise.all([
    program(`${head} console.log(await new Pool({ processes: 2 }).run(jobs.add, 1, 2));`),
    program(`${head}
      await run(function* () {
        const pool = new Pool({ processes: 2 });
        console.log((yield* pool.each(jobs.addSlowly, 1, 2)).join());
        const call = pool.go(jobs.addLater, 1, 2);
        yield* pool.close();
        console.log(yield* call);
      });`),
  ]);
  assert.deepEqual([left.code, left.stdout, left.stderr], [0, "3\n", ""]);
  assert.deepEqual([closed.code, closed.stdout, closed.stderr], [0, "3,3\n3\n", ""]);
});

test("options that no pool of processes can have are refused", () => {
  const misuse = (options: object, says: RegExp): void =>
    assert.match(thrown(MisuseError, () => new Pool(options)).message, says);
  for (const processes of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 1_001, "2", null])
    misuse({ processes }, /^Pool: processes must be a whole number from 1 to 1000, got/);
  misuse({ processes: 2, threads: 2 }, /either threads or processes/);
  misuse({ processes: 2, limits: {} }, /limits are for threads\. Give processes theirs with NODE_OPTIONS/);
});
