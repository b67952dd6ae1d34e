// A consumer of pool.map that gave up was heard only when the next result was handed on: with a silent source, or a long call, the map went on for ever.

import { test } from "node:test";
import { channel, run, sleep } from "offshoot";
import { Pool, remote, sharedChannel } from "offshoot/parallel";

const jobs = remote<typeof import("../parallel/pool/jobs.ts")>(new URL("../parallel/pool/jobs.ts", import.meta.url));

test("a map whose consumer has left waits neither for its source nor for its calls", async () => {
  const pool = new Pool({ threads: 1 });
  const started = sharedChannel<number>(1);
  const gate = sharedChannel<number>(1);
  await run(function* () {
    const silent = pool.map(jobs.twice, channel<number>());
    yield* sleep(1);
    silent.cancel();
    const long = pool.map(jobs.waitsAt, [{ started, gate }]);
    yield* started.receive();
    long.cancel();
  });
  await pool.close();
});
