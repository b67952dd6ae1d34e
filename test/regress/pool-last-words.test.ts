// An answer that came in a message was lost when its worker had ended before the message was read: the port was closed with what lay in it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Pool, remote } from "offshoot/parallel";

const jobs = remote<typeof import("../parallel/pool/jobs.ts")>(new URL("../parallel/pool/jobs.ts", import.meta.url));

test("what a worker answers in its last moment arrives", async () => {
  const pool = new Pool({ threads: 1, recycle: { tasks: 1 } });
  for (let i = 0; i < 4; i++) assert.equal((await pool.run(jobs.filled, 5 << 20)).length, 5 << 20);
  assert.equal((await pool.run(jobs.answersAndExits, 5 << 20)).length, 5 << 20);
  await pool.close();
});
