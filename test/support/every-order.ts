// Runs a program of two or three tasks in every order there is, with the invariants of what it watches checked before every step. And by traces: that has to come to
// the same traces and outcomes, unless its tasks share something that the explorer does not see.

import assert from "node:assert/strict";
import type { Operation } from "offshoot";
import { type ExploreOptions, type ExploreResult, explore } from "offshoot/testing";
import type { Watch } from "./explored.ts";

interface Checkable {
  check(): void;
}

export interface Options extends ExploreOptions {
  /** Its tasks share plain variables, an emitter or a signal. */
  readonly untracked?: boolean;
}

let explorations = 0;

/** The outcomes as `inspect` prints them, and in how many orders each came. Fails with the report of the first order that fails. */
export async function everyOrder(
  program: (watch: Watch) => () => Operation<unknown>,
  { untracked = false, ...options }: Options = {},
): Promise<Map<string, number>> {
  let watched: Checkable[] = [];
  const watch: Watch = (object) => {
    watched.push(object as unknown as Checkable);
    return object;
  };
  const body = (): Operation<unknown> => {
    watched = [];
    return program(watch)();
  };
  const run = async (strategy: "dfs" | "dpor"): Promise<ExploreResult<unknown>> => {
    const result = await explore(body, {
      name: `every order ${process.pid} ${++explorations}`,
      strategy,
      timeMs: 60_000,
      keep: false,
      recheck: 0,
      check: () => {
        for (const object of watched) object.check();
      },
      ...options,
    });
    if (result.failure !== undefined) throw new Error(result.failure.report, { cause: result.failure.error });
    assert.ok(result.exhausted, `only ${result.runs} runs, and there are more orders`);
    return result;
  };
  const result = await run("dfs");
  const reduced = await run("dpor");
  if (!untracked) {
    assert.deepEqual(
      [...reduced.outcomes.keys()].sort(),
      [...result.outcomes.keys()].sort(),
      "dpor comes to other outcomes",
    );
    assert.equal(reduced.traces, result.traces, "dpor comes to other traces");
  }
  return new Map([...result.outcomes].map(([outcome, { count }]) => [outcome, count]));
}
