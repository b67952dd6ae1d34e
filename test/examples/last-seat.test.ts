// examples/last-seat: the race is found without an order in which it does harm, the seat sold twice in one where it does; the remedy has neither.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { explore, replay } from "offshoot/testing";
import { MOST, sale } from "../../examples/last-seat/sale.ts";

const folder = new URL("../../examples/last-seat/", import.meta.url);

test("a get and a set that nothing orders are a race, in production's order too", async () => {
  const broken = () => sale(2, 1, "look, then set");
  const { failure, runs } = await explore(broken, { strategy: "fifo", keep: false });
  assert.deepEqual([failure?.kind, runs], ["race", 1]);
  await assert.rejects(replay(broken, failure?.token ?? ""), { name: "RaceError" });
});

test("a get and an update are no race, but sell the last seat twice", async () => {
  const broken = () => sale(2, 1, "look, then take");
  const { failure } = await explore(broken, { keep: false });
  assert.equal(failure?.kind, "error");
  await assert.rejects(replay(broken, failure.token), { message: "2 sold of 1" });
});

for (const seats of [1, 2]) {
  test(`${MOST} clerks who look and take at once sell ${seats} of ${seats} in every order`, async () => {
    const body = () => sale(MOST, seats, "look and take at once");
    const { ok, exhausted, outcomes } = await explore(body, { strategy: "dfs" });
    assert.deepEqual([ok, exhausted, [...outcomes.keys()]], [true, true, [String(seats)]]);
  });
}

test("it prints both failures, their replays and what became of the remedy, ends with 0, and keeps no schedule", () => {
  const { status, stdout } = runMain();
  assert.equal(status, 0);
  assert.match(stdout, /^look, then set\n\n {2}race: /);
  assert.match(
    stdout,
    /\n {2}replayed: RaceError\n\nlook, then take\n\n {2}error: AssertionError \[ERR_ASSERTION\]: 2 sold of 1\n/,
  );
  assert.match(stdout, /\n {2}replayed: AssertionError\n/);
  assert.match(stdout, /\nlook and take at once: covered every order in \d+ runs, 1 sold\n$/);
  assert.equal(existsSync(new URL("__schedules__", folder)), false);
});

function runMain(): { readonly status: number | null; readonly stdout: string } {
  return spawnSync(process.execPath, ["--conditions=offshoot/source", fileURLToPath(new URL("main.ts", folder))], {
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    encoding: "utf8",
  });
}
