// The same verdicts in a process of its own, on the production host: how a program ends that nobody catches anything in. Go: exit 2 and a dump.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";

interface Ending {
  readonly code: number | null;
  readonly out: string;
  readonly errors: string;
}

/** Runs a module in a new process, and waits for its end. */
function program(source: string): Ending {
  const args = [
    "--conditions=offshoot/source",
    "--input-type=module",
    "--eval",
    `import * as o from "offshoot";\n${source}`,
  ];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: "utf8",
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  return { code: status, out: stdout, errors: stderr };
}

test("a deadlocked program exits with an error that says who waits for what", () => {
  const { code, out, errors } = program(`
    await o.run(function* main() {
      const c = o.channel(0, { name: "letters" });
      o.go(function* other() { try { yield* c.receive(); } finally { console.log("cleaned up"); } });
      yield* c.receive();
    });
    console.log("not reached");
  `);
  assert.notEqual(code, 0);
  assert.equal(out, "cleaned up\n");
  assert.match(errors, /deadlock: 2 of 2 tasks can never go on/);
  assert.match(errors, /task #1 "main" waits for channel\.receive letters/);
  assert.match(errors, /task #2 "other" \(owned by #1\) waits for channel\.receive letters/);
});

test("a program whose main has returned while a child can never go on exits with an error, unlike Go", () => {
  const { code, errors } = program(`
    await o.run(function* main() {
      o.go(function* forgotten() { yield* o.never; });
    });
  `);
  assert.notEqual(code, 0);
  assert.match(errors, /leak: task #1 "main" has returned/);
  assert.match(errors, /"forgotten" .*waits for never/);
});

test("a deadlock is an ordinary rejection: who catches it decides", () => {
  const { code, out } = program(`
    try {
      await o.run(function* () { yield* o.never; });
    } catch (error) {
      console.log(error instanceof o.DeadlockError, error.kind);
    }
  `);
  assert.deepEqual([code, out], [0, "true deadlock\n"]);
});

test("a timer that is pending, and one that lost its select, are told apart", () => {
  const { code, out } = program(`
    await o.run(function* () {
      const c = o.channel();
      o.go(function* () { yield* o.sleep(1); yield* c.send("came"); });
      console.log(yield* c.receive());
    });
    try {
      await o.run(function* () {
        yield* o.select({ late: o.sleep(3_600_000), now: o.always(1) });
        const c = o.channel();
        o.go(function* () { yield* c.send(1); });
        yield* o.select({ late: o.sleep(3_600_000), c: c.receive() });
        yield* o.never;
      });
    } catch (error) {
      console.log(error.kind);
    }
  `);
  assert.deepEqual([code, out], [0, "came\ndeadlock\n"]);
});

test("an error nobody catches ends the process with its trace, and the task it came from", () => {
  const { code, errors } = program(`
    await o.run(function* main() {
      o.go(function* worker() { yield* o.yieldNow(); throw new Error("boom"); });
      yield* o.never;
    });
  `);
  assert.notEqual(code, 0);
  assert.match(errors, /Error: boom/);
  assert.match(errors, /in task #2 "worker"/);
  assert.match(errors, /owned by task #1 "main"/);
});

test("two runs of one process that are stuck are both told, each with its own tasks", () => {
  const { out } = program(`
    const results = await Promise.allSettled([
      o.run(function* one() { yield* o.never; }),
      o.run(function* two() { yield* o.channel(0, { name: "x" }).receive(); }),
      o.run(function* three() { return 3; }),
    ]);
    for (const r of results) console.log(r.status, r.value ?? r.reason.report.split("\\n")[0].trim());
  `);
  const [one, two, three] = out.split("\n");
  assert.match(one ?? "", /^rejected task #1 "one" waits for never/);
  assert.match(two ?? "", /^rejected task #1 "two" waits for channel\.receive x/);
  assert.equal(three, "fulfilled 3");
});
