// What a worker had to tell itself, as the taker of a call it had made, was dropped: a large answer never came, and a cancellation was not heard.

import assert from "node:assert/strict";
import { test } from "node:test";
import { run, TaskCancelledError } from "offshoot";
import { Pool, remote, sharedChannel } from "offshoot/parallel";
import { caught } from "../support/caught.ts";

const jobs = remote<typeof import("../parallel/pool/jobs.ts")>(new URL("../parallel/pool/jobs.ts", import.meta.url));

test("the only worker of a pool answers its own calls, large ones too, and hears itself cancel them", async () => {
  const pool = new Pool({ threads: 1, grace: 60_000 });
  const started = sharedChannel<number>(1);
  const gate = sharedChannel<number>(1);
  const said = sharedChannel<string>(1);
  await run(function* () {
    assert.equal(yield* pool.run(jobs.handsRound, pool, 5 << 20), 5 << 20);
    const task = pool.go(jobs.passesOn, pool, 3, started, gate, said);
    yield* started.receive();
    task.cancel(new Error("all of you"));
    yield* caught(TaskCancelledError, task);
    assert.equal(yield* said.receive(), "all of you");
  });
  await pool.close();
});
