// Runs a program of threads in many orders: none of them may fail.

import assert from "node:assert/strict";
import { debuglog } from "node:util";
import type { Operation } from "offshoot";
import { explore } from "offshoot/testing";

/** With NODE_DEBUG=orders: how many orders and traces each program has, and what they came to. */
const told = debuglog("orders");

/** In every order, as far as they differ. Answers what they came to. */
export function everyTrace(name: string, program: () => Operation<string>): Promise<string[]> {
  return outcomes(name, program, Number.POSITIVE_INFINITY);
}

/** In so many orders, drawn by lot. */
export function someOrders(name: string, program: () => Operation<string>, runs: number): Promise<string[]> {
  return outcomes(name, program, runs);
}

async function outcomes(name: string, program: () => Operation<string>, runs: number): Promise<string[]> {
  const isWhole = runs === Number.POSITIVE_INFINITY;
  const strategy = isWhole ? "dpor" : "pos";
  const options = {
    name,
    strategy,
    runs: isWhole ? undefined : runs,
    recheck: 0,
    keep: false,
    timeMs: 60_000,
  } as const;
  const result = await explore(program, options);
  assert.ok(result.ok, `${name}: ${result.failure?.report}`);
  if (isWhole) assert.equal(result.covered, "every trace");
  const came = [...result.outcomes].map(([outcome, { count }]) => [outcome.slice(1, -1), count] as const);
  told("%s: %d runs, %d traces, %o", name, result.runs, result.traces, Object.fromEntries(came));
  return came.map(([outcome]) => outcome).sort();
}
