// Pools of processes. A process that loaded a module was taken for one whose body waits, and got a second call, which then stood behind a plain function while another
// process was idle. When a process died while its pool was being closed, calls that still waited were forgotten, and close() never ended. One that could not be started at
// all was waited for. Arguments were copied when a process was free, not when the call was made. A process that computed outlived the program.
// own process: it changes process.execPath

import assert from "node:assert/strict";
import { test } from "node:test";
import { all, type Operation, run } from "offshoot";
import { Pool, remote, WorkerError } from "offshoot/parallel";
import * as here from "../parallel/pool/process-jobs.ts";
import { caught } from "../support/caught.ts";
import { program } from "../support/process.ts";

const jobs = remote<typeof here>(new URL("../parallel/pool/process-jobs.ts", import.meta.url));

test("a process that loads its first function is given no other call", async () => {
  const pool = new Pool({ processes: 2 });
  const folder = here.meetingPlace();
  await run(function* () {
    const kept = pool.go(jobs.keeps, folder);
    const others = Array.from({ length: 6 }, (_, n) => pool.go(jobs.twice, n));
    assert.deepEqual(yield* all(others), [0, 2, 4, 6, 8, 10]); // none waits for the one that is kept
    here.say(folder, "go on");
    yield* kept;
  });
  here.leaveNothing(folder);
  await pool.close();
});

test("a process that dies while its pool is being closed is replaced for the calls that wait", async () => {
  const pool = new Pool({ processes: 1 });
  const calls = [pool.go(jobs.exits, 3), pool.go(jobs.twice, 4)];
  const closing = pool.close().then(() => "closed");
  const [died, answered] = await Promise.allSettled(calls);
  assert.equal(died?.status, "rejected");
  assert.deepEqual(answered, { status: "fulfilled", value: 8 });
  assert.equal(await closing, "closed");
  assert.deepEqual(pool.stats().workers, []);
});

test("a process that cannot be started ends the calls with an error", async () => {
  const pool = new Pool({ processes: 2, name: "nowhere" });
  const { execPath } = process;
  process.execPath = "/there/is/no/node";
  try {
    await run(function* (): Operation<void> {
      const error = yield* caught(WorkerError, pool.run(jobs.twice, 1));
      assert.match(error.message, /its process in pool "nowhere" could not be started or reached \(.*ENOENT\)/);
    });
  } finally {
    process.execPath = execPath;
  }
  assert.equal(await pool.run(jobs.twice, 1), 2);
  await pool.close();
});

test("arguments are those of when the call was made, though it waits", async () => {
  const pool = new Pool({ processes: 1 });
  const value = { n: 1 };
  const call = pool.go(jobs.echo, value);
  await null;
  await new Promise((resolve) => setImmediate(resolve)); // it is made, and its process is being started
  value.n = 2;
  assert.deepEqual(await call, { n: 1 });
  await pool.close();
});

test("a process that computes ends with the program", async () => {
  const folder = here.meetingPlace();
  // It writes where the program does: the output ends when both have.
  const { code, stdout } = await program(
    `import { Pool, remote } from "offshoot/parallel";
     import { run } from "offshoot";
     import * as here from "./test/parallel/pool/process-jobs.ts";
     const jobs = remote(new URL("test/parallel/pool/process-jobs.ts", "file://" + process.cwd() + "/"));
     const pool = new Pool({ processes: 1 });
     await run(function* () {
       pool.go(jobs.spins, ${JSON.stringify(folder)});
       yield* here.heard(${JSON.stringify(folder)}, "spins");
       console.log("it spins");
       process.exit(5);
     });`,
  );
  here.leaveNothing(folder);
  assert.deepEqual([code, stdout], [5, "it spins\n"]);
});
