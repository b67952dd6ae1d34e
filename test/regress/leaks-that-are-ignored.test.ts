// With leaks ignored the value of a run that leaked was lost, races in it were not told, and its token threw the leak.

import assert from "node:assert/strict";
import { test } from "node:test";
import { channel, go } from "offshoot";
import { cell, explore, RaceError, replay } from "offshoot/testing";

function* leaking(): Generator<never, string> {
  go(() => channel().receive());
  return "value";
}

test("a run whose leak is ignored has the value of its body, and its token replays to that", async () => {
  const { ok, outcomes } = await explore(leaking as never, { leaks: "ignore", keep: false });
  assert.deepEqual([ok, [...outcomes.keys()]], [true, ["'value'"]]);
  const token = outcomes.get("'value'")?.token ?? "";
  assert.equal(await replay(leaking as never, token), "value");
});

test("a race in a run whose leak is ignored is told", async () => {
  const { failure } = await explore(
    function* () {
      go(() => channel().receive());
      const shared = cell(0);
      go(() => shared.set(1));
      go(() => shared.set(2));
    },
    { leaks: "ignore", keep: false },
  );
  assert.equal(failure?.kind, "race");
  assert.ok(failure.error instanceof RaceError);
});
