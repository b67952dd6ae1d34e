// A call that was started as a task just before the pool was closed was refused: close() took effect before the task had had its first turn.

import assert from "node:assert/strict";
import { test } from "node:test";
import { run } from "offshoot";
import { Pool, remote } from "offshoot/parallel";

const jobs = remote<typeof import("../parallel/pool/jobs.ts")>(new URL("../parallel/pool/jobs.ts", import.meta.url));

test("a call that was started before close() is made", async () => {
  const pool = new Pool({ threads: 1 });
  await run(function* () {
    const call = pool.go(jobs.add, 1, 2);
    yield* pool.close();
    assert.equal(yield* call, 3);
  });
});
