// What a call takes along: the captured values of its function, and then the arguments, as a list. One number, string or boolean goes without the list: most calls take no more than
// that, and it lies in the queue as it is, where a list has to be encoded.

import type { Origin } from "../origin.ts";

export function loadOf({ capturedValues }: Origin, args: readonly unknown[]): unknown {
  const list = capturedValues.length === 0 ? args : [...capturedValues, ...args];
  if (list.length === 0) return undefined;
  return list.length === 1 && goesAlone(list[0]) ? list[0] : list;
}

/** The list again, for whoever takes the call: a new one. */
export function listOf(load: unknown): unknown[] {
  if (load === undefined) return [];
  return goesAlone(load) ? [load] : (load as unknown[]);
}

function goesAlone(value: unknown): boolean {
  return typeof value === "number" || typeof value === "string" || typeof value === "boolean";
}
