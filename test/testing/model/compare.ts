// The explorer against the enumerator.

import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { explore } from "offshoot/testing";
import { bodyOf, type World, type Wrap } from "./body.ts";
import { enumerate } from "./enumerate.ts";
import type { Counts, Program } from "./program.ts";

/** What the explorer finds of a program. */
export async function explored(
  program: Program,
  name: string,
  { strategy = "dfs", wrap }: { readonly strategy?: "dfs" | "dpor"; readonly wrap?: Wrap | undefined } = {},
): Promise<Counts> {
  const stuck: World[] = [];
  const result = await explore(bodyOf(program, stuck, wrap), {
    name: `${name} ${strategy} ${process.pid}`, // no schedule that an earlier run has left is to count as a run
    strategy,
    races: "ignore",
    recheck: 0,
    keepGoing: true,
    leaks: "error",
    timeMs: 60_000,
  });
  assert.ok(result.exhausted);
  const outcomes = Object.fromEntries([...result.outcomes].map(([text, { count }]) => [text, count]));
  const succeeded = Object.values(outcomes).reduce((sum, count) => sum + count, 0);
  const blocked = [...new Set(stuck.map(({ verdict }) => verdict))].sort();
  const { failure, runs, traces } = result;
  assert.equal(result.ok, blocked.length === 0);
  if (failure !== undefined && wrap === undefined) {
    const waiting = failure.blocked.map(({ name: who, operation }) => `${who} ${operation}`).sort();
    assert.ok(blocked.includes(`${failure.kind}: ${waiting.join(", ")}`), failure.report);
  }
  return { runs, outcomes, stuck: runs - succeeded, blocked, traces };
}

const runsOf = ({ runs, outcomes, stuck, blocked }: Counts): Omit<Counts, "traces"> => ({
  runs,
  outcomes,
  stuck,
  blocked,
});

function enumerated(program: Program, name: string): Counts {
  const counts = enumerate(program, 20_000);
  assert.ok(counts !== undefined, `${name} has too many orders`);
  return counts;
}

/** Fails if the explorer and the enumerator differ in the runs of a program. A wrap may change how many traces they are, and nothing else. */
export async function compare(program: Program, name: string, wrap?: Wrap): Promise<void> {
  const found = await explored(program, name, { wrap });
  assert.deepEqual(runsOf(found), runsOf(enumerated(program, name)), JSON.stringify(program));
}

/**
 * Fails if the explorer and the enumerator differ in the traces of a program, or if `dpor`, which need not try all orders of a trace, misses a trace or an end that
 * the program can come to. Answers what `dpor` finds.
 */
export async function compareTraces(program: Program, name: string): Promise<Counts> {
  const counts = enumerated(program, name);
  const text = JSON.stringify(program);
  assert.deepEqual(await explored(program, name), counts, text);
  const found = await explored(program, name, { strategy: "dpor" });
  assert.equal(found.traces, counts.traces, text);
  assert.deepEqual(Object.keys(found.outcomes).sort(), Object.keys(counts.outcomes).sort(), text);
  assert.deepEqual(found.blocked, counts.blocked, text);
  assert.ok(found.runs >= found.traces, `${found.runs} runs for ${found.traces} traces of ${text}`);
  return found;
}

/** Failing schedules are kept beside this file. */
export function forget(): void {
  rmSync(new URL("__schedules__", import.meta.url), { recursive: true, force: true, maxRetries: 5 });
}
