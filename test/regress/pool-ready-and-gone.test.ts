// Workers that died when they had said that they were ready, and before they had taken a call, were started again and again: the failures were counted anew
// with each that was ready. So calls waited for ever, and the program kept a core busy.

import assert from "node:assert/strict";
import { test } from "node:test";
import { program } from "../support/process.ts";

// As a module does that is imported by each thread, and ends it a moment later.
const dies = `data:text/javascript,
  import { isMainThread, MessagePort } from "node:worker_threads";
  if (!isMainThread) {
    const { postMessage } = MessagePort.prototype;
    MessagePort.prototype.postMessage = function (message, ...rest) {
      postMessage.call(this, message, ...rest);
      if (message.about === "ready") process.exit(3);
    };
  }`;

test("workers that end as soon as they are ready end the calls with an error", async () => {
  const { code, stdout, stderr } = await program(
    `import { Pool, remote, WorkerError } from "offshoot/parallel";
     const jobs = remote(new URL("test/parallel/pool/jobs.ts", "file://" + process.cwd() + "/"));
     const pool = new Pool({ threads: 2, name: "doomed" });
     const all = await Promise.allSettled([1, 2, 3].map((n) => pool.run(jobs.twice, n)));
     for (const { reason } of all) console.log(reason instanceof WorkerError, reason.exitCode);
     console.log(all[0].reason.message);
     await pool.close();`,
    "--import",
    dies,
  );
  assert.equal(
    stdout,
    `${"true 3\n".repeat(3)}Pool.run: no worker of pool "doomed" could be started: each of 3 ended with exit code 3; process.exit() in a worker ends its thread.\n`,
    stderr,
  );
  assert.equal(code, 0);
});
