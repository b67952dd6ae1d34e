// A run that was stuck, and whose cleanup was stuck as well, was told once and never again: its promise stayed pending. In a process of its own, because
// the verdict is given when nothing else keeps the process alive.

import assert from "node:assert/strict";
import { test } from "node:test";
import { program } from "../support/process.ts";

test("a run whose cleanup is stuck too is rejected with DeadlockError", async () => {
  const { code, stdout, stderr } = await program(`import { never, run, shield } from "offshoot";
    await run(function* () {
      try { yield* never; } finally { yield* shield(never); }
    }).then(() => console.log("returned"), (error) => console.log("rejected with", error.name));`);
  assert.equal(stdout.trim(), "rejected with DeadlockError", stderr);
  assert.match(stderr, /cleanup is stuck too/);
  assert.equal(code, 0, stderr);
});

test("a run whose cleanup is stuck too ends the process with an error where nobody handles it", async () => {
  const { code, stderr } = await program(`import { never, run, shield } from "offshoot";
    void run(function* () {
      try { yield* never; } finally { yield* shield(never); }
    });`);
  assert.match(stderr, /DeadlockError/);
  assert.equal(code, 1);
});

test("stuck cleanup in one run leaves another to recover", async () => {
  const { code, stdout, stderr } = await program(`import { never, run, shield } from "offshoot";
    console.log(await run(async function outer() {
      try {
        await run(function* inner() { try { yield* never; } finally { yield* shield(never); } });
      } catch (error) { return "recovered from " + error.name; }
    }).catch((error) => "outer is rejected with " + error.name));`);
  assert.equal(stdout.trim(), "recovered from DeadlockError", stderr);
  assert.equal(code, 0, stderr);
});
