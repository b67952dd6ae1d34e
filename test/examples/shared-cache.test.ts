// examples/shared-cache: who comes first computes, whoever else wants the value waits, and a failure leaves nobody waiting.
// own process: it starts threads

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { all, run, yieldNow } from "offshoot";
import { Pool, remote } from "offshoot/parallel";
import { digest } from "../../examples/shared-cache/answer.ts";
import { cached, makeCache } from "../../examples/shared-cache/cache.ts";

const answering = remote<typeof import("../../examples/shared-cache/answer.ts")>(
  new URL("../../examples/shared-cache/answer.ts", import.meta.url),
);
const pool = new Pool({ threads: 2 });
after(() => pool.close());

test("a value that many calls want is computed once, by one of them", async () => {
  const cache = makeCache();
  const answers = await run(() =>
    all(
      Array.from({ length: 20 }, (_, number) =>
        pool.run(answering.answer, { number, key: `key ${number % 2}` }, cache),
      ),
    ),
  );
  assert.deepEqual(
    answers.map(({ value }) => value),
    answers.map(({ key }) => digest(key)),
  );
  assert.deepEqual([...cache.computed.entries()].sort(), [
    ["key 0", 1],
    ["key 1", 1],
  ]);
});

test("who comes later waits for the one who has claimed the value", async () => {
  const cache = makeCache();
  cache.claims.set("key", true); // somebody computes it
  const waited = run(() => pool.run(answering.answer, { number: 1, key: "key" }, cache));
  await run(() => yieldNow());
  cache.values.set("key", "computed elsewhere");
  assert.equal((await waited).value, "computed elsewhere");
  assert.equal(cache.computed.size, 0);
});

test("when the one who computes fails, those who wait are cancelled", async () => {
  const cache = makeCache();
  const failing = (): string => {
    throw new Error("no such fruit");
  };
  await assert.rejects(
    run(() =>
      all([
        pool.run(answering.answer, { number: 1, key: "other" }, cache),
        cached(cache, "key", failing),
        cached(cache, "key", digest),
      ]),
    ),
    { message: "no such fruit" },
  );
});

test("the program answers all requests, and refuses a number that makes no sense", () => {
  const { status, stdout } = runMain("50");
  assert.equal(status, 0);
  assert.match(stdout, /^ {2}apple {3}[0-9a-f]{12}\n/);
  assert.match(stdout, /\n {2}50 answers, 5 values computed\n$/);
  assert.equal(runMain("none").status, 2);
});

function runMain(...args: string[]): { readonly status: number | null; readonly stdout: string } {
  const main = fileURLToPath(new URL("../../examples/shared-cache/main.ts", import.meta.url));
  return spawnSync(process.execPath, ["--conditions=offshoot/source", main, ...args], {
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    encoding: "utf8",
  });
}
