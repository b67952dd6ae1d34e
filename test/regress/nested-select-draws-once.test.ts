// A select asked whether it is ready, as a case of another one, drew which of its cases it would take, and drew again when it was taken: exploration counted its
// orders several times.

import assert from "node:assert/strict";
import { test } from "node:test";
import { always, select } from "offshoot";
import { explore } from "offshoot/testing";

test("a select inside a select makes one choice for each case that is ready", async () => {
  const inner = () => select({ a: always(1), b: always(2) });
  for (const [cases, orders] of [
    [() => [inner()], 2],
    [() => [inner(), always(3)], 3],
    [() => [inner(), inner()], 4],
    [() => [select([inner()])], 2],
  ] as const) {
    const { runs, exhausted } = await explore(() => select(cases()), { strategy: "dfs" });
    assert.deepEqual([runs, exhausted], [orders, true]);
  }
});
