// examples/lost-wake-up: the order in which the wake-up is lost is found and runs again, and the remedy has none.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { explore, replay } from "offshoot/testing";
import { correspondence } from "../../examples/lost-wake-up/mailbox.ts";

const folder = new URL("../../examples/lost-wake-up/", import.meta.url);

test("a reader who looks before it locks waits for ever in some order, and does so again", async () => {
  const broken = () => correspondence(1, "look, then lock");
  const { failure } = await explore(broken, { keep: false });
  assert.equal(failure?.kind, "deadlock");
  assert.deepEqual(
    failure.blocked.map(({ name, operation, object }) => [name, operation, object]),
    [["reader 1", "condition.wait", "arrived"]],
  );
  await assert.rejects(replay(broken, failure.token), { name: "DeadlockError" });
});

for (const strategy of ["dfs", "dpor"] as const) {
  test(`readers who lock before they look get their letters, says ${strategy}`, async () => {
    const { ok, exhausted, outcomes } = await explore(() => correspondence(2, "lock, then look"), { strategy });
    assert.deepEqual([ok, exhausted, [...outcomes.keys()]], [true, true, ["0"]]);
  });
}

test("it prints the deadlock, its replay and what became of the remedy, ends with 0, and keeps no schedule", () => {
  const { status, stdout } = runMain();
  assert.equal(status, 0);
  assert.match(stdout, /^look, then lock\n\n {2}deadlock: 1 task can never go on\n/);
  assert.match(stdout, /\n {4}task #2 "reader 1" waits for condition\.wait arrived, since 0 ms\n/);
  assert.match(stdout, /\n {2}replayed: DeadlockError\n/);
  assert.match(stdout, /\nlock, then look, 2 at a time: no failure in \d+ runs: every order\n$/);
  assert.equal(existsSync(new URL("__schedules__", folder)), false);
});

function runMain(): { readonly status: number | null; readonly stdout: string } {
  return spawnSync(process.execPath, ["--conditions=offshoot/source", fileURLToPath(new URL("main.ts", folder))], {
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    encoding: "utf8",
  });
}
