// What is known of some logs in the end, and how it is printed.

import { basename } from "node:path";
import type { Entry } from "./entry.ts";

/** How often each has occurred. */
export type Counts = ReadonlyMap<string, number>;

/** A line, and where it stands. */
export interface Line {
  readonly file: string;
  readonly number: number;
  readonly text: string;
}

/** Lines that cannot be understood: how many, and the first of them. */
export interface Rejects {
  readonly total: number;
  readonly first: readonly Line[];
}

/** A file that could not be read, or not to its end. */
export interface Unread {
  readonly file: string;
  readonly why: string;
}

export interface Summary {
  readonly statuses: Counts;
  readonly paths: Counts;
  /** The slowest first; of equally slow ones, the one that was read first. */
  readonly slowest: readonly Entry[];
  readonly rejects: Rejects;
  readonly unread: readonly Unread[];
}

const SHOWN = 5;
const WIDE = 60;

export function formatSummary(summary: Summary, partial: boolean): string {
  const { statuses, paths, slowest, rejects, unread } = summary;
  const lines = partial ? ["PARTIAL RESULT: interrupted", ""] : [];
  lines.push("requests by status", ...table([...statuses].sort(byName)), "");
  lines.push("requests by path", ...table([...paths].sort(byCount).slice(0, SHOWN)), "");
  lines.push(
    "slowest",
    ...slowest.map(({ path, status, ms }) => `  ${`${ms}`.padStart(6)} ms  ${status}  ${path}`),
    "",
  );
  lines.push(`${rejects.total} lines not understood`);
  for (const { file, number, text } of rejects.first)
    lines.push(`  ${basename(file)}:${number}  ${JSON.stringify(text.slice(0, WIDE))}`);
  for (const { file, why } of unread) lines.push(`could not read ${file}: ${why}`);
  return `${lines.join("\n")}\n`;
}

type Row = readonly [name: string, n: number];

function table(rows: readonly Row[]): string[] {
  const wide = Math.max(0, ...rows.map(([name]) => name.length));
  return rows.map(([name, n]) => `  ${name.padEnd(wide)}  ${n.toLocaleString("en-US").padStart(9)}`);
}

const byName = ([name]: Row, [other]: Row): number => (name < other ? -1 : 1);
/** Equally frequent ones by name, so that the order is always the same. */
const byCount = ([name, n]: Row, [other, m]: Row): number => m - n || (name < other ? -1 : 1);
