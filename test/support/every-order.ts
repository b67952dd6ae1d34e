// Runs a program of two or three tasks in every order there is, with the invariants of what it watches checked before every step.

import assert from "node:assert/strict";
import type { Operation } from "offshoot";
import { type ExploreOptions, explore } from "offshoot/testing";
import type { Watch } from "./explored.ts";

interface Checkable {
  check(): void;
}

let explorations = 0;

/** The outcomes as `inspect` prints them, and in how many orders each came. Fails with the report of the first order that fails. */
export async function everyOrder(
  program: (watch: Watch) => () => Operation<unknown>,
  options: ExploreOptions = {},
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
  const result = await explore(body, {
    name: `every order ${process.pid} ${++explorations}`,
    strategy: "dfs",
    timeMs: 60_000,
    keep: false,
    check: () => {
      for (const object of watched) object.check();
    },
    ...options,
  });
  if (result.failure !== undefined) throw new Error(result.failure.report, { cause: result.failure.error });
  assert.ok(result.exhausted, `only ${result.runs} runs, and there are more orders`);
  return new Map([...result.outcomes].map(([outcome, { count }]) => [outcome, count]));
}
