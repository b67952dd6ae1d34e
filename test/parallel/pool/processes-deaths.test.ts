// Processes that die: what their calls come to, and that the pool heals.

import assert from "node:assert/strict";
import { test } from "node:test";
import { all, go, type Operation, run, settle } from "offshoot";
import { Pool, remote, WorkerError } from "offshoot/parallel";
import { caught } from "../../support/caught.ts";
import { program } from "../../support/process.ts";
import * as here from "./process-jobs.ts";

const jobs = remote<typeof here>(new URL("./process-jobs.ts", import.meta.url));

const head = `
import { Pool, remote } from "offshoot/parallel";
const jobs = remote(new URL("test/parallel/pool/process-jobs.ts", "file://" + process.cwd() + "/"));
`;

test("a process that exits or is killed settles its calls with how it ended, and is replaced", async () => {
  await using pool = new Pool({ processes: 1, name: "mortal" });
  await run(function* () {
    const dies = function* (op: Operation<unknown>): Operation<WorkerError> {
      const error = yield* caught(WorkerError, op);
      assert.match(error.message, /^Pool\.run: "\w+" of process-jobs\.ts has no answer: its process in pool "mortal" /);
      assert.equal(yield* pool.run(jobs.add, 1, 2), 3);
      return error;
    };
    const exited = yield* dies(pool.run(jobs.exits, 7));
    assert.match(exited.message, /ended with exit code 7\.$/);
    assert.equal(exited.exitCode, 7);
    assert.equal((yield* dies(pool.run(jobs.exits, 0))).exitCode, 0);
    for (const signal of ["SIGKILL", "SIGTERM"] as const) {
      const killed = yield* dies(pool.run(jobs.killed, signal));
      assert.match(killed.message, new RegExp(`was ended by ${signal}\\.$`));
      assert.equal(killed.exitCode, undefined);
    }
    assert.equal((yield* dies(pool.run(jobs.hangsUp))).code, "OFFSHOOT_ERR_WORKER");
  });
});

test("an error that nobody catches in a process settles its calls, and is printed", async () => {
  const { code, stdout, stderr } = await program(`${head}
    const pool = new Pool({ processes: 1 });
    await pool.run(jobs.throwsUncaught).then(null, ({ name, exitCode }) => console.log(name, exitCode));
    console.log(await pool.run(jobs.add, 1, 2));`);
  assert.deepEqual([code, stdout], [0, "WorkerError 1\n3\n"]);
  assert.match(stderr, /RangeError: nobody catches this/);
});

test("calls that share a process are lost with it, those that wait are made in the next, and those of others go on", async () => {
  const folder = here.meetingPlace();
  await using pool = new Pool({ processes: 2 });
  await run(function* () {
    yield* pool.each(jobs.pid); // both are there
    const tasks = ["one", "two", "three", "four"].map((name) => go(() => settle([pool.run(jobs.waits, folder, name)])));
    for (const name of ["one", "two", "three", "four"]) yield* here.heard(folder, name);
    const died = go(() => caught(WorkerError, pool.run(jobs.exits, 9)));
    const later = Array.from({ length: 5 }, (_, n) => pool.go(jobs.twice, n));
    assert.equal((yield* died).exitCode, 9);
    assert.deepEqual(yield* all(later), [0, 2, 4, 6, 8]);
    here.say(folder, "go on");
    const outcomes = (yield* all(tasks)).flat();
    assert.deepEqual([...new Set(outcomes.map(({ status }) => status))].sort(), ["fulfilled", "rejected"]);
    for (const outcome of outcomes)
      if (outcome.status === "rejected") assert.equal((outcome.reason as WorkerError).exitCode, 9);
  });
  here.leaveNothing(folder);
});

test("each fails when one of the processes dies, and the pool heals", async () => {
  await using pool = new Pool({ processes: 2 });
  await assert.rejects(async () => await pool.each(jobs.exits, 4), { code: "OFFSHOOT_ERR_WORKER", exitCode: 4 });
  // The other dies too, or its call was cancelled before it began.
  while (pool.stats().workers.some(({ running }) => running > 0)) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(await pool.each(jobs.add, 1, 2), [3, 3]);
});

test("processes that die before they are ready end the calls with an error, however many these are", async () => {
  const dies = `data:text/javascript,if (process.send) process.exit(3);`;
  const { code, stdout, stderr } = await program(
    `${head}
    const pool = new Pool({ processes: 2, name: "stillborn" });
    const all = await Promise.allSettled(Array.from({ length: 500 }, () => pool.run(jobs.add, 1, 2)));
    console.log(all.filter(({ reason }) => reason.name === "WorkerError" && reason.exitCode === 3).length);
    console.log(all[0].reason.message);
    await pool.close();`,
    "--import",
    dies,
  );
  const said =
    'Pool.run: "add" of process-jobs.ts has no answer: its process in pool "stillborn" ended with exit code 3.';
  assert.deepEqual([code, stdout], [0, `500\n${said}\n`], stderr);
});
