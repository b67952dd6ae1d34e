// The table of what may be captured of this package by name, held together with its doors.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { exportedName, exportedNames, exportNamed } from "../../src/parallel/library.ts";
import * as remotes from "../../src/parallel/remote.ts";

const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
  exports: Record<string, unknown>;
};
const doors = [".", "./parallel"].filter((path) => path in manifest.exports);
/** `inline` stands above the table; it is of no use in a worker. */
const ABSENT = new Set(["inline"]);

test("every value that the doors export may be captured, and nothing else", async () => {
  const known = new Set(["remote"]);
  assert.equal(exportNamed("remote"), remotes.remote);
  for (const path of doors) {
    const door = (await import(`offshoot${path.slice(1)}`)) as Record<string, unknown>;
    for (const [name, value] of Object.entries(door)) {
      if (ABSENT.has(name)) continue;
      assert.equal(exportNamed(name), value, `${name} of offshoot${path.slice(1)}`);
      assert.equal(exportedName(value), name);
      known.add(name);
    }
  }
  assert.deepEqual(exportedNames().sort(), [...known].sort());
});

test("a value of the user is none of them", () => {
  for (const value of [undefined, null, 1, "sleep", {}, () => {}]) assert.equal(exportedName(value), undefined);
});
