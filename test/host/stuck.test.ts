// The one test that has to wait: after a second in which every task waited only for others, a process that something else keeps alive is warned.
// own process: waits for another, so it starts early

import assert from "node:assert/strict";
import { test } from "node:test";
import { program } from "../support/process.ts";

test("a run that is stuck while an interval keeps the process alive is told once, as a warning", async () => {
  const { code, stdout, stderr } = await program(`import { run, go, channel } from "offshoot";
    const jobs = channel(0, { name: "jobs" });
    let left = 23;
    const beat = setInterval(() => {
      if (--left > 0) return;
      clearInterval(beat);
      jobs.close();
    }, 100);
    await run(function* main() { go(function* worker() { yield* jobs.next(); }); yield* jobs.next(); });
    console.log("went on");`);
  assert.equal(code, 0);
  assert.equal(stdout.trim(), "went on");
  assert.equal(stderr.match(/offshoot: stuck/g)?.length, 1, stderr);
  assert.match(stderr, /"main" waits for channel\.next jobs/);
  assert.match(stderr, /"worker" .*waits for channel\.next jobs/);
});

test("a task that waits for a promise, or sleeps, is not stuck", async () => {
  const { code, stderr } = await program(`import { run, go, channel, sleep } from "offshoot";
    const beat = setInterval(() => {}, 100);
    const ch = channel();
    await Promise.all([
      run(function* () { go(async () => { await new Promise((f) => setTimeout(f, 1_500)); ch.close(); }); yield* ch.next(); }),
    ]);
    await run(function* () { go(function* () { yield* sleep(1_300); ch.cancel(); }); yield* ch.next(); yield* sleep(1_200); });
    clearInterval(beat);`);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
});
