// Calls that were started before close() were refused if those before them took long to begin, since a worker was started for them: the scheduler had let the event loop
// turn meanwhile, and close() had waited for one turn only.

import assert from "node:assert/strict";
import { test } from "node:test";
import { all, run } from "offshoot";
import { Pool, remote } from "offshoot/parallel";

const jobs = remote<typeof import("../parallel/pool/jobs.ts")>(new URL("../parallel/pool/jobs.ts", import.meta.url));

/** So that the scheduler gives up its turn when it has begun the call. */
const slow = {
  get n(): number {
    for (const end = performance.now() + 30; performance.now() < end; );
    return 1;
  },
};
const count = jobs.many as never as typeof jobs.twice;

for (const options of [{ threads: 1 }, { processes: 1 }])
  test(`calls that were started before close are made, however long each takes to begin (${Object.keys(options)})`, async () => {
    const pool = new Pool(options);
    const calls = [1, 2, 3, 4].map(() => pool.go(count, slow as never));
    const closing = pool.close().then(() => "closed");
    assert.deepEqual(await Promise.all(calls), [1, 1, 1, 1]);
    assert.equal(await closing, "closed");
    const other = new Pool(options);
    await run(function* () {
      const inside = [1, 2, 3, 4].map(() => other.go(count, slow as never));
      yield* other.close();
      assert.deepEqual(yield* all(inside), [1, 1, 1, 1]);
    });
  });
