// examples/late-answer: with a request that is asked again somebody pays twice in some order of time, and with a key in none.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { explore, replay } from "offshoot/testing";
import { purchase } from "../../examples/late-answer/payments.ts";

const folder = new URL("../../examples/late-answer/", import.meta.url);

test("on a clock that waits nobody pays twice", async () => {
  const { ok, exhausted } = await explore(() => purchase("asks again"), { strategy: "dfs", time: "idle" });
  assert.deepEqual([ok, exhausted], [true, true]);
});

test("on a clock that does not wait somebody pays twice, and does so again", async () => {
  const broken = () => purchase("asks again");
  const { failure } = await explore(broken, { keep: false });
  assert.equal(failure?.kind, "error");
  assert.ok(
    failure.steps.some(({ task, operation, object }) => `${task} ${operation} ${object}` === "time goes on to 100 ms"),
  );
  await assert.rejects(replay(broken, failure.token), { message: "paid 2 times" });
});

test("with a key nobody pays twice in any order", async () => {
  const { ok, exhausted, outcomes } = await explore(() => purchase("asks again, with a key"), { strategy: "dfs" });
  assert.deepEqual([ok, exhausted, [...outcomes.keys()].sort()], [true, true, ["'nothing'", "'receipt 1'"]]);
});

test("it prints the failure, its replay and what became of the remedy, ends with 0, and keeps no schedule", () => {
  const { status, stdout } = runMain();
  assert.equal(status, 0);
  assert.match(stdout, /^asks again, on a clock that waits: no failure in \d+ runs: every order\n/);
  assert.match(stdout, /\n {2}error: AssertionError \[ERR_ASSERTION\]: paid 2 times\n/);
  assert.match(stdout, /\n {2}replayed: paid 2 times\n/);
  assert.match(stdout, /\nasks again, with a key: no failure in \d+ runs: every order\n/);
  assert.equal(existsSync(new URL("__schedules__", folder)), false);
});

function runMain(): { readonly status: number | null; readonly stdout: string } {
  return spawnSync(process.execPath, ["--conditions=offshoot/source", fileURLToPath(new URL("main.ts", folder))], {
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    encoding: "utf8",
  });
}
