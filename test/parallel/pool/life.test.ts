// Processes with pools: when they end by themselves, what they say of a deadlock, and that they do not wait for ever.

import assert from "node:assert/strict";
import { test } from "node:test";
import { program } from "../../support/process.ts";

const head = `
import { channel, DeadlockError, go, group, run, select, sleep } from "offshoot";
import { Pool, remote, sharedChannel, WorkerError } from "offshoot/parallel";
const jobs = remote(new URL("test/parallel/pool/jobs.ts", "file://" + process.cwd() + "/"));
const told = (error) => console.log(error.name + ": " + error.message);
`;

async function prints(expected: string | RegExp, text: string, ...flags: string[]): Promise<void> {
  const { code, stdout, stderr } = await program(head + text, ...flags);
  if (typeof expected === "string") assert.equal(stdout, expected, stderr);
  else assert.match(stdout, expected, stderr);
  assert.equal(code, 0, stderr);
}

test("a process ends by itself when its calls are done, its pool closed or not", async () => {
  await Promise.all([
    prints("3\n", "console.log(await new Pool({ threads: 2 }).run(jobs.add, 1, 2));"),
    prints(
      "3 3\n",
      `const pool = new Pool({ threads: 2 });
       await run(function* () {
         const calls = [pool.go(jobs.addSlowly, 1, 2), pool.go(jobs.add, 1, 2)];
         console.log(yield* calls[0], yield* calls[1]);
         yield* pool.close();
       });`,
    ),
  ]);
});

test("a task that waits for an answer that cannot come is told of the deadlock", async () => {
  await prints(
    /^cleaned up\nDeadlockError: .*1 of 1 tasks can never go on\n.* waits for pool\.run "receives" of jobs\.ts/,
    `const pool = new Pool({ threads: 1 });
     const nobody = sharedChannel(1);
     await run(function* () {
       try {
         yield* pool.run(jobs.receives, nobody);
       } finally {
         console.log("cleaned up");
       }
     }).catch(told);`,
  );
});

test("there is no verdict while a worker computes, sleeps, or waits for something outside", async () => {
  const outside = `data:text/javascript,
    import { createServer, connect } from "node:net";
    export const sleeps = (ms) => new Promise((go) => setTimeout(go, ms, "slept"));
    export const computes = (ms) => { const end = Date.now() + ms; while (Date.now() < end); return "computed"; };
    export const talks = () => new Promise((go) => {
      const server = createServer((socket) => setTimeout(() => socket.end("talked"), 500)).listen(0, () => {
        let text = "";
        connect(server.address().port).on("data", (data) => { text += data; }).on("end", () => { server.close(); go(text); });
      });
    });`;
  await prints(
    "computed slept talked\n",
    `const outside = remote(${JSON.stringify(outside)});
     const pool = new Pool({ threads: 2 });
     await run(function* () {
       const calls = [pool.go(outside.computes, 500), pool.go(outside.sleeps, 500), pool.go(outside.talks)];
       console.log(yield* calls[0], yield* calls[1], yield* calls[2]);
     });`,
  );
});

test("workers that die before they are ready end the calls with an error, however many these are", async () => {
  const dies = `data:text/javascript,import { isMainThread } from "node:worker_threads"; if (!isMainThread) process.exit(3);`;
  await prints(
    'WorkerError: Pool.run: no worker of pool "stillborn" could be started: each of 3 ended with exit code 3; process.exit() in a worker ends its thread. 3\n6000\n',
    `const pool = new Pool({ threads: 2, name: "stillborn" });
     const all = await Promise.allSettled(Array.from({ length: 6_000 }, () => pool.run(jobs.add, 1, 2)));
     const errors = all.map(({ reason }) => reason).filter((error) => error instanceof WorkerError);
     console.log(errors[0].name + ": " + errors[0].message + " " + errors[0].exitCode);
     console.log(errors.length);
     await pool.close();`,
    "--import",
    dies,
  );
});

test("a failure of a call that nobody waits for ends the process", async () => {
  const { code, stderr } = await program(`${head} new Pool({ threads: 1 }).go(jobs.fails, "unheard");`);
  assert.equal(code, 1);
  assert.match(stderr, /RangeError: unheard/);
});

test("a pool in a worker works, and dies with it", async () => {
  await prints(
    "6\nlost\n3\n",
    `const pool = new Pool({ threads: 1 });
     console.log(await pool.run(jobs.usesItsOwnPool, 3));
     await pool.go(jobs.diesWithItsOwnPool).then(null, (error) => { if (error instanceof WorkerError) console.log("lost"); });
     console.log(await pool.run(jobs.add, 1, 2));
     await pool.close();`,
  );
});

test("an error in a worker that has no call ends the process", async () => {
  const { code, stderr } = await program(
    `${head} const pool = new Pool({ threads: 1 }); await pool.run(jobs.throwsLater); await run(() => sleep(60_000));`,
  );
  assert.notEqual(code, 0);
  assert.match(stderr, /RangeError: too late/);
});
