// --check: do the pipeline and the sequential count agree, to the last word?

import type { PlainCounts } from "./sequential.ts";
import type { Totals } from "./totals.ts";

const SHOWN = 5;

/** One line for each difference; none when both agree. */
export function differences(totals: Totals, plain: PlainCounts): string[] {
  const lines: string[] = [];
  const compare = (what: string, counted: number, expected: number): void => {
    if (counted !== expected) lines.push(`${what}: ${counted} in the pipeline, ${expected} one by one`);
  };
  for (const what of ["files", "skipped", "lines", "words", "bytes"] as const) compare(what, totals[what], plain[what]);

  const { length } = lines;
  for (const word of new Set([...plain.occurrences.keys(), ...totals.occurrences.keys()])) {
    compare(`"${word}"`, totals.occurrences.get(word) ?? 0, plain.occurrences.get(word) ?? 0);
    if (lines.length === length + SHOWN) break;
  }
  return lines;
}
