// A call that lost a select to a shared channel was not waited for when the select was the last thing its task did: the task had ended before it was told of the call.

import assert from "node:assert/strict";
import { test } from "node:test";
import { run, select } from "offshoot";
import { Pool, remote, sharedChannel } from "offshoot/parallel";

const jobs = remote<typeof import("../parallel/pool/jobs.ts")>(new URL("../parallel/pool/jobs.ts", import.meta.url));

test("a run ends after the call that its last select has lost", async () => {
  const pool = new Pool({ threads: 1 });
  const started = sharedChannel<number>(1);
  const gate = sharedChannel<number>(1);
  const said = sharedChannel<string>(1);
  await run(function* () {
    yield* select({ call: pool.run(jobs.cleans, started, gate, said), started: started.receive() });
  });
  assert.equal(said.length, 1);
  await pool.close();
});
