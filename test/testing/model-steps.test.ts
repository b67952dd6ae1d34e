// Counting a step only where a visible operation is performed loses nothing: in finer steps the same programs come to the same ends.

import assert from "node:assert/strict";
import { test } from "node:test";
import { enumerate } from "./model/enumerate.ts";
import type { Program } from "./model/program.ts";
import { flowPrograms } from "./model/programs-flow.ts";
import { lockPrograms } from "./model/programs-locks.ts";
import { randomProgram } from "./model/random.ts";
import { reach } from "./model/reach.ts";

const SEEDS = 400;
const MOST = 1_000;

/** False if there are too many orders to tell. */
function compared(program: Program, most: number): boolean {
  const counts = enumerate(program, most);
  const ends = counts && reach(program, 20 * most);
  if (ends === undefined) return false;
  assert.deepEqual(
    [...Object.keys(counts?.outcomes ?? {}), ...(counts?.blocked ?? [])].sort(),
    ends,
    JSON.stringify(program),
  );
  return true;
}

test("programs made by hand come to the same ends in finer steps", () => {
  for (const program of Object.values({ ...lockPrograms, ...flowPrograms })) assert.ok(compared(program, 20_000));
});

test("random programs come to the same ends in finer steps", () => {
  let told = 0;
  for (let seed = 0; seed < SEEDS; seed++) if (compared(randomProgram(seed), MOST)) told++;
  assert.ok(told > SEEDS / 2, `only ${told} are small enough`);
});
