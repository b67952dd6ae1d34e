// A thrown value that could not be read or turned into text (an object without a prototype, a stack that throws, a revoked proxy) ended the loop of the
// scheduler, and with it every run of the thread. In a process of its own, because there it would hang.

import assert from "node:assert/strict";
import { test } from "node:test";
import { program } from "../support/process.ts";

const values: Record<string, string> = {
  "an object without a prototype": "Object.create(null)",
  "an error whose stack throws":
    'Object.defineProperty(new Error("x"), "stack", { get() { throw new Error("no stack"); } })',
  "an error whose message throws":
    'Object.defineProperty(new Error("x"), "message", { get() { throw new Error("no message"); } })',
  "an error whose name throws":
    'Object.defineProperty(new Error("x"), "name", { get() { throw new Error("no name"); } })',
  "a revoked proxy": "(() => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy; })()",
};

for (const [what, value] of Object.entries(values)) {
  test(`throwing ${what} fails the run and nothing else`, async () => {
    const { code, stdout, stderr } = await program(`import { run, go, never, sleep } from "offshoot";
      process.on("uncaughtException", (error) => console.log("uncaught", error?.message));
      const giveUp = setTimeout(() => process.exit(9), 4_000);
      const value = ${value};
      const alone = await run(function* () { go(() => { throw value; }); yield* never; }).then(() => "returned", (error) => error === value);
      const beside = await run(function* () {
        go(() => { throw value; });
        try { yield* never; } catch { throw new Error("second"); }
      }).then(() => "returned", (error) => error.errors?.length);
      const after = await run(function* () { yield* sleep(1); return "alive"; });
      console.log(alone, beside, after);
      clearTimeout(giveUp);`);
    assert.equal(stdout.trim(), "true 2 alive", stderr);
    assert.equal(code, 0);
  });
}
