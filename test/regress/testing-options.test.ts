// Options that say nothing were taken for others: `runs: null` for the default, `keep: "no"` for true, the name null of a cell for none. replay threw a TypeError
// for options that are null, and ran under fake timers.

import assert from "node:assert/strict";
import { test } from "node:test";
import { MisuseError } from "offshoot";
import { cell, explore, explored, replay, simulate } from "offshoot/testing";
import { rejected, thrown } from "../support/caught.ts";

const five = (): number => 5;
const token = "v1:r:10000:-";

test("options of explore and simulate that say nothing are misuse", async () => {
  for (const options of [{ runs: null }, { seed: null }, { keep: "no" }, { keepGoing: 1 }, { allowExternal: "yes" }])
    await rejected(MisuseError, explore(five, { name: "options", keep: false, ...options } as never));
  await rejected(MisuseError, simulate(five, { allowExternal: "yes" as never }));
});

test("options of a cell are looked at as those of a lock are", () => {
  for (const options of [null, 5, { name: null }]) thrown(MisuseError, () => cell(0, options as never));
});

test("replay refuses options that are none", async () => {
  for (const options of [null, 5, { check: 5 }]) {
    const { message } = await rejected(MisuseError, replay(five, token, options as never));
    assert.match(message, /^replay: (options must be an object|check must be a function), got /);
  }
});

test("explored that replays looks at no options that are not there", async () => {
  process.env["OFFSHOOT_REPLAY"] = token;
  try {
    await explored(five, null as never)();
  } finally {
    delete process.env["OFFSHOOT_REPLAY"];
  }
});

test("replay refuses fake timers", async () => {
  const real = globalThis.setTimeout;
  globalThis.setTimeout = Object.assign(() => 0, { clock: {} }) as never; // as those of sinon and vitest say
  try {
    const { message } = await rejected(MisuseError, replay(five, token));
    assert.match(message, /^replay: fake timers of a test framework are installed/);
  } finally {
    globalThis.setTimeout = real;
  }
});
