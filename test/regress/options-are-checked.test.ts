// Some arguments that cannot be right were taken: a select over a map waited for ever, a channel had a number for its name, and options of null were a
// TypeError of the engine's.

import assert from "node:assert/strict";
import { test } from "node:test";
import { always, channel, group, MisuseError, select, selectNow, yieldNow } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught, thrown } from "../support/caught.ts";

const iterables: Record<string, Iterable<unknown>> = {
  "an empty map": new Map(),
  "a map": new Map([["a", always(1)]]),
  "a set": new Set([always(1)]),
};

for (const [what, cases] of Object.entries(iterables)) {
  test(`a select over ${what} is misuse`, async () => {
    const shown = new RegExp(`the cases must be a record or an array of operations, got a ${cases.constructor.name}`);
    assert.match(thrown(MisuseError, () => select(cases as never)).message, shown);
    await simulate(function* () {
      yield* yieldNow();
      assert.match((yield* caught(MisuseError, select(cases as never))).message, shown);
    });
  });
}

test("selectNow over a map is misuse", () => {
  thrown(MisuseError, () => selectNow(new Map() as never));
});

test("the name of a channel must be a string", () => {
  for (const name of [5, true, {}, Symbol("s")]) {
    thrown(MisuseError, () => channel(0, { name: name as never }));
  }
  assert.equal(channel(0, { name: "jobs" }).name, "jobs");
  assert.equal(typeof channel(0, { name: undefined }).name, "string");
});

test("the options of a group must be an object", () => {
  for (const options of [null, 5, "name"]) {
    thrown(MisuseError, () => group(() => {}, options as never));
  }
});
