// What is printed in the end: the commonest words, the totals, the speed.

import type { Totals } from "./totals.ts";

const SHOWN = 20;

export function formatReport(totals: Totals, ms: number, partial: boolean): string {
  const commonest = [...totals.occurrences].sort(byCount).slice(0, SHOWN);
  const wide = Math.max(...commonest.map(([word]) => word.length));
  const high = Math.max(...commonest.map(([, n]) => grouped(n).length));
  const lines = commonest.map(([word, n]) => `  ${word.padEnd(wide)}  ${grouped(n).padStart(high)}`);

  const counts = ["files", "skipped", "lines", "words", "bytes"] as const;
  const longest = Math.max(...counts.map((what) => grouped(totals[what]).length));
  lines.push("", ...counts.map((what) => `  ${what.padEnd(7)}  ${grouped(totals[what]).padStart(longest)}`));
  lines.push("", `  ${(totals.bytes / 1e3 / ms).toFixed(1)} MB/s (${(ms / 1e3).toFixed(2)} s)`);
  if (partial) lines.unshift("PARTIAL RESULT: interrupted", "");
  return `${lines.join("\n")}\n`;
}

/** What the threads were good for. */
export function formatSpeedUp(threads: number, ms: number, alone: number): string {
  return `\n  ${threads} threads: ${(alone / ms).toFixed(2)} times as fast as one (${(alone / 1e3).toFixed(2)} s)\n`;
}

/** The commonest first; equally common words by their code units, so that the order is always the same. */
function byCount([word, n]: readonly [string, number], [other, m]: readonly [string, number]): number {
  return m - n || (word < other ? -1 : 1);
}

/** 1234567 as "1,234,567". */
function grouped(n: number): string {
  return n.toLocaleString("en-US");
}
