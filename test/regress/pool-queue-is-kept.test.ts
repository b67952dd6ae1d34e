// The option queue of a pool did nothing below 4 096: so many calls were copied whatever it said.

import assert from "node:assert/strict";
import { test } from "node:test";
import { all, run, yieldNow } from "offshoot";
import { inline, Pool, remote, sharedChannel } from "offshoot/parallel";

const jobs = remote<typeof import("../parallel/pool/jobs.ts")>(new URL("../parallel/pool/jobs.ts", import.meta.url));

test("calls above the queue keep their arguments uncopied, and are made in their order when there is room", async () => {
  for (const queue of [0, 1, 3]) {
    const pool = new Pool({ threads: 1, queue });
    const started = sharedChannel<number>(1);
    const gate = sharedChannel<number>(1);
    const value = { n: "early" };
    const note = inline((given: { n: string }) => given.n);
    await run(function* () {
      const blocked = pool.go(jobs.keeps, started, gate);
      yield* started.receive();
      const tasks = Array.from({ length: 6 }, () => pool.go(note, value));
      yield* yieldNow();
      assert.equal(pool.stats().queued, 6);
      value.n = "late";
      gate.close();
      yield* blocked;
      const notes = yield* all(tasks);
      const copied = Math.max(queue, 1); // one lies ready for the thread
      assert.deepEqual(notes, [...new Array(copied).fill("early"), ...new Array(6 - copied).fill("late")]);
    });
    await pool.close();
  }
});
