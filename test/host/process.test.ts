// Production, in processes of their own: how a program ends that cannot go on, that fails, or that is done.

import assert from "node:assert/strict";
import { test } from "node:test";
import { program } from "../support/process.ts";

const head = 'import { run, go, channel, sleep, never, group, currentTask } from "offshoot";\n';

test("a deadlock ends the run with who waits for what and where, and the process with a non-zero exit", async () => {
  const { code, stderr } = await program(`${head}
    await run(function* main() {
      const jobs = channel(0, { name: "jobs" });
      go(function* worker() { yield* jobs.receive(); });
      yield* jobs.receive();
    });`);
  assert.notEqual(code, 0);
  assert.match(stderr, /offshoot: deadlock: 2 of 2 tasks can never go on/);
  assert.match(stderr, /task #1 "main" waits for channel\.receive jobs, for \d+ ms\n +at main \(.*:\d+:\d+\)/);
  assert.match(
    stderr,
    /task #2 "worker" \(owned by #1\) waits for channel\.receive jobs, for \d+ ms\n +at worker \(.*:\d+:\d+\)/,
  );
  assert.match(stderr, /DeadlockError/);
});

test("a deadlock that is caught lets cleanup run, and the process end as it likes", async () => {
  const { code, stdout } = await program(`${head}
    try {
      await run(function* () {
        try { yield* channel().receive(); } finally { console.log("cleanup"); }
      });
    } catch (error) { console.log(error.name, error.code, error.kind, error.report.length > 0); }`);
  assert.equal(code, 0);
  assert.deepEqual(stdout.trim().split("\n"), ["cleanup", "DeadlockError OFFSHOOT_ERR_DEADLOCK deadlock true"]);
});

test("cleanup that is stuck too is given up, with a report", async () => {
  const { code, stdout, stderr } = await program(`import { shield } from "offshoot";\n${head}
    try {
      await run(function* () {
        try { yield* never; } finally { yield* shield(channel(0, { name: "lost" }).receive()); }
      });
    } catch (error) { console.log(error.name); }`);
  assert.equal(code, 0);
  assert.equal(stdout.trim(), "DeadlockError");
  assert.match(stderr, /cleanup is stuck too[\s\S]*channel\.receive lost/);
});

test("children that can never go on after the main body has returned are a leak", async () => {
  const { code, stdout, stderr } = await program(`${head}
    try {
      await run(function* main() { go(function* forgotten() { yield* channel().send(1); }); });
    } catch (error) { console.log(error.name, error.kind); }`);
  assert.equal(code, 0);
  assert.equal(stdout.trim(), "LeakError leak");
  assert.match(stderr, /leak: task #1 "main" has returned, but 1 of 2 tasks can never go on/);
  assert.match(stderr, /"forgotten"/);
});

test("an async body that waits for nothing that can come is a deadlock too", async () => {
  const { stdout } = await program(`${head}
    for (const body of [
      async () => { await channel().receive(); },
      async () => { await new Promise(() => {}); },
      async () => { const me = currentTask(); await null; await me.run(channel().receive()); },
    ]) await run(body).catch((error) => console.log(error.name));`);
  assert.deepEqual(stdout.trim().split("\n"), ["DeadlockError", "DeadlockError", "DeadlockError"]);
});

test("two runs are judged apart from each other", async () => {
  const { stdout } = await program(`${head}
    const stuck = run(() => channel().receive());
    const fine = run(function* () { yield* sleep(20); return "fine"; });
    const outcomes = await Promise.allSettled([stuck, fine]);
    console.log(outcomes.map((o) => o.value ?? o.reason.name).join());`);
  assert.equal(stdout.trim(), "DeadlockError,fine");
});

test("a timer of ours, a timer of Node and a promise of it keep a run alive", async () => {
  const { code, stdout, stderr } = await program(`import { readFile } from "node:fs/promises";\n${head}
    await run(function* () {
      const ch = channel();
      yield* sleep(10);
      setTimeout(() => ch.trySend("from outside"), 10);
      console.log(yield* ch.receive());
      console.log((yield* go(async () => (await readFile("package.json", "utf8")).length > 0)));
    });`);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  assert.deepEqual(stdout.trim().split("\n"), ["from outside", "true"]);
});

test("an error that nobody catches ends the process with code 1, and says which task it came from", async () => {
  const { code, stderr } = await program(`${head}
    run(function* main() { go(function* worker() { yield* sleep(1); throw new RangeError("boom"); }); yield* never; });`);
  assert.equal(code, 1);
  assert.match(stderr, /RangeError: boom/);
  assert.match(stderr, /in task #2 "worker"\n +owned by task #1 "main"/);
});

test("a process ends when its runs are done: no handle is left", async () => {
  const { code, stdout, stderr } = await program(`${head}
    await run(function* () { yield* sleep(1); yield* group((g) => { g.daemon(() => sleep(60_000)); }); });
    const timers = process.getActiveResourcesInfo().filter((name) => /Timeout|Immediate/.test(name));
    console.log(JSON.stringify(timers), process.listenerCount("beforeExit"));`);
  assert.deepEqual({ code, stderr, stdout: stdout.trim() }, { code: 0, stderr: "", stdout: "[] 0" });
});

test("a select that lost its sleep does not hold the process", async () => {
  // a timer that were left would hold it for ten minutes
  const { code } = await program(`import { select, always } from "offshoot";\n${head}
    const ch = channel();
    await run(function* () {
      go(() => ch.send(1));
      yield* select({ ch: ch.receive(), late: sleep(600_000) });
      const task = go(() => sleep(600_000));
      yield* sleep(1);
      task.cancel();
    });`);
  assert.equal(code, 0);
});

test("an assertion that fails inside a task fails the test around it", async () => {
  const { code, stdout } =
    await program(`import { test } from "node:test"; import assert from "node:assert/strict";\n${head}
    const { simulate } = await import("./src/testing/simulate.ts");
    const failing = function* () { go(function* () { yield* sleep(1); assert.equal(1, 2); }); yield* never; };
    test("in production", () => run(failing));
    test("simulated", () => simulate(failing));
    test("in some order", () => simulate(failing, { seed: 1 }));`);
  assert.equal(code, 1);
  assert.match(stdout, /fail 3/);
  assert.match(stdout, /AssertionError/);
});
