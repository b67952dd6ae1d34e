// A grace or a timeout above 2^31 - 1 ms was over at once: Node's timers take no more, and go off after a millisecond then.

import assert from "node:assert/strict";
import { test } from "node:test";
import { run, sleep, TaskCancelledError } from "offshoot";
import { Pool, remote, sharedChannel } from "offshoot/parallel";
import { caught } from "../support/caught.ts";

const jobs = remote<typeof import("../parallel/pool/jobs.ts")>(new URL("../parallel/pool/jobs.ts", import.meta.url));

test("a cancelled call of a pool with an endless grace has its time to clean up", async () => {
  const pool = new Pool({ threads: 1, timeout: 2 ** 40, grace: 2 ** 40 });
  const started = sharedChannel<number>(1);
  const gate = sharedChannel<number>(1);
  await run(function* () {
    const task = pool.go(jobs.stays, started, gate);
    const thread = yield* started.receive();
    task.cancel();
    yield* sleep(10);
    yield* gate.send(1);
    yield* caught(TaskCancelledError, task);
    assert.equal(yield* pool.run(jobs.thread), thread);
  });
  await pool.close();
});
