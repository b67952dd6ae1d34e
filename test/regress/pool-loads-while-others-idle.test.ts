// A worker that was still loading the function of a call took the next call as well: a plain one then waited behind the first, while another worker was idle.

import assert from "node:assert/strict";
import { test } from "node:test";
import { all, run } from "offshoot";
import { Pool, remote, sharedChannel } from "offshoot/parallel";

const jobs = remote<typeof import("../parallel/pool/jobs.ts")>(new URL("../parallel/pool/jobs.ts", import.meta.url));

test("two calls of a function that is yet to be loaded run on two workers", async () => {
  const pool = new Pool({ threads: 2 });
  await pool.run(jobs.add, 1, 2); // one worker is there, the other is not
  const started = sharedChannel<number>(2);
  const gate = sharedChannel<number>(1);
  await run(function* () {
    const calls = [pool.go(jobs.keeps, started, gate), pool.go(jobs.keeps, started, gate)];
    const threads = [yield* started.receive(), yield* started.receive()];
    assert.notEqual(threads[0], threads[1]);
    gate.close();
    yield* all(calls);
  });
  await pool.close();
});
