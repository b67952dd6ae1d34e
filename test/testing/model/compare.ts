// The explorer against the enumerator.

import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { explore } from "offshoot/testing";
import { bodyOf, type World, type Wrap } from "./body.ts";
import { enumerate } from "./enumerate.ts";
import type { Counts, Program } from "./program.ts";

/** What the explorer counts of a program. */
export async function explored(program: Program, name: string, wrap?: Wrap): Promise<Omit<Counts, "traces">> {
  const stuck: World[] = [];
  const result = await explore(bodyOf(program, stuck, wrap), {
    name: `${name} ${process.pid}`, // no schedule that an earlier run has left is to count as a run
    strategy: "dfs",
    keepGoing: true,
    leaks: "error",
    timeMs: 60_000,
  });
  assert.ok(result.exhausted);
  const outcomes = Object.fromEntries([...result.outcomes].map(([text, { count }]) => [text, count]));
  const succeeded = Object.values(outcomes).reduce((sum, count) => sum + count, 0);
  const blocked = [...new Set(stuck.map(({ verdict }) => verdict))].sort();
  const { failure, runs } = result;
  assert.equal(result.ok, succeeded === runs);
  if (failure !== undefined && wrap === undefined) {
    const waiting = failure.blocked.map(({ name: who, operation }) => `${who} ${operation}`).sort();
    assert.ok(blocked.includes(`${failure.kind}: ${waiting.join(", ")}`), failure.report);
  }
  return { runs, outcomes, stuck: runs - succeeded, blocked };
}

/** Fails if the explorer and the enumerator differ. */
export async function compare(program: Program, name: string, wrap?: Wrap): Promise<void> {
  const counts = enumerate(program, 20_000);
  assert.ok(counts !== undefined, `${name} has too many orders`);
  const { runs, outcomes, stuck, blocked } = counts;
  assert.deepEqual(await explored(program, name, wrap), { runs, outcomes, stuck, blocked }, JSON.stringify(program));
}

/** Failing schedules are kept beside this file. */
export function forget(): void {
  rmSync(new URL("__schedules__", import.meta.url), { recursive: true, force: true, maxRetries: 5 });
}
