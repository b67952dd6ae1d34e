// What a thread answers its calls through was kept for ever by all threads that had met it, dead callers' too.

import assert from "node:assert/strict";
import { test } from "node:test";
import { run } from "offshoot";
import { Pool, remote } from "offshoot/parallel";
import { directory } from "../../src/parallel/directory.ts";

const jobs = remote<typeof import("../parallel/pool/jobs.ts")>(new URL("../parallel/pool/jobs.ts", import.meta.url));

interface Known {
  readonly entries: Map<number, { readonly kind: string }>;
  sweep(): void;
}

test("the mailbox of a caller that has died is forgotten", async () => {
  const pool = new Pool({ threads: 2, recycle: { tasks: 2 } });
  await run(function* () {
    for (let i = 0; i < 6; i++) assert.equal(yield* pool.run(jobs.depth, pool, 2), 2);
  });
  await pool.close();
  const known = directory() as unknown as Known;
  const kept = (): number => [...known.entries.values()].filter(({ kind }) => kind === "mailbox").length;
  for (let i = 0; i < 20 && kept() > 1; i++) {
    await new Promise((resolve) => setImmediate(resolve)); // weak references hold until then
    (globalThis as unknown as { gc(): void }).gc();
    known.sweep();
  }
  assert.equal(kept(), 1, "its own");
});
