// The explorer against a brute-force enumeration of the same programs: as many traces, and by `dpor` each of them, with the same outcomes and the same verdicts, in
// few more runs than there are traces.

import assert from "node:assert/strict";
import { test } from "node:test";
import { compareTraces, forget } from "./model/compare.ts";
import { enumerate } from "./model/enumerate.ts";
import type { Program } from "./model/program.ts";
import { flowPrograms } from "./model/programs-flow.ts";
import { lockPrograms } from "./model/programs-locks.ts";
import { randomProgram } from "./model/random.ts";

const SEEDS = 300;
const MOST = 500;

test.after(forget);

/** What `dpor` has needed so far. */
const sum = { runs: 0, traces: 0 };

async function add(program: Program, name: string): Promise<void> {
  const { runs, traces } = await compareTraces(program, name);
  sum.runs += runs;
  sum.traces += traces;
}

for (const [name, program] of Object.entries({ ...lockPrograms, ...flowPrograms }))
  test(name, () => add(program, name));

test("random programs", async () => {
  let compared = 0;
  for (let seed = 0; seed < SEEDS; seed++) {
    const program = randomProgram(seed);
    const counts = enumerate(program, MOST);
    if (counts === undefined || counts.runs === 1) continue;
    await add(program, `random-${seed}`);
    compared++;
  }
  assert.ok(compared > SEEDS / 2, `only ${compared} of them are small enough`);
});

test("the search by traces makes few runs in vain", (t) => {
  t.diagnostic(`${sum.runs} runs for ${sum.traces} traces`);
  assert.ok(sum.runs >= sum.traces && sum.traces > 0);
});
