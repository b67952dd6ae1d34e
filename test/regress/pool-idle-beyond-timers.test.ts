// A worker that was to end after more idle milliseconds than a timer of Node can count ended after one.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Pool, remote } from "offshoot/parallel";

const jobs = remote<typeof import("../parallel/pool/jobs.ts")>(new URL("../parallel/pool/jobs.ts", import.meta.url));

test("a worker may be idle for longer than a timer can count", async () => {
  const idle = new Pool({ threads: 1, idle: 2 ** 31 });
  const other = new Pool({ threads: 1 });
  const first = await idle.run(jobs.thread);
  await other.run(jobs.naps, 20); // meanwhile its timer would have fired again and again
  assert.equal(await idle.run(jobs.thread), first);
  await Promise.all([idle.close(), other.close()]);
});
