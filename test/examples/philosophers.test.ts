// examples/philosophers: the deadlock is found, the remedies have none in any order, and the example leaves nothing behind.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { explore } from "offshoot/testing";
import { dinner } from "../../examples/philosophers/dinner.ts";

const folder = new URL("../../examples/philosophers/", import.meta.url);
const main = fileURLToPath(new URL("main.ts", folder));

for (const manners of ["lower fork first", "one seat less"] as const) {
  test(`with ${manners}, three philosophers eat in every order`, async () => {
    const { ok, exhausted, outcomes } = await explore(() => dinner(3, manners), { strategy: "dfs" });
    assert.deepEqual([ok, exhausted, [...outcomes.keys()]], [true, true, ["3"]]);
  });
}

test("it prints the deadlock and what became of the remedies, ends with 0, and keeps no schedule", () => {
  const { status, stdout } = philosophers("2");
  assert.equal(status, 0);
  assert.match(stdout, /^left fork first\n\n {2}deadlock: 2 tasks can never go on\n/);
  assert.match(stdout, /\n {4}task #2 "plato" waits for mutex\.lock fork 2, since 0 ms, held by task #3 "kant"\n/);
  assert.match(
    stdout,
    /\nlower fork first: no deadlock in any of \d+ traces\none seat less: no deadlock in any of \d+ traces\n$/,
  );
  assert.equal(existsSync(new URL("__schedules__", folder)), false);
});

test("called wrongly it says so and ends with 2", () => {
  for (const wrong of [["1"], ["6"], ["two"], ["2", "3"]]) assert.equal(philosophers(...wrong).status, 2);
});

function philosophers(...args: string[]): { readonly status: number | null; readonly stdout: string } {
  return spawnSync(process.execPath, ["--conditions=offshoot/source", main, ...args], {
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    encoding: "utf8",
  });
}
