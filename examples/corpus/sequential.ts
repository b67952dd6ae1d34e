// The same counts the plain way: one file after another, each read whole, with the synchronous calls of node:fs.
//
// Shares no code with the pipeline on purpose, so that `--check` compares two independent answers.

import { isUtf8 } from "node:buffer";
import { type Dirent, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface PlainCounts {
  files: number;
  skipped: number;
  lines: number;
  bytes: number;
  words: number;
  readonly occurrences: Map<string, number>;
}

export function countSequentially(folder: string): PlainCounts {
  const counts: PlainCounts = { files: 0, skipped: 0, lines: 0, bytes: 0, words: 0, occurrences: new Map() };
  visitFolder(folder, counts);
  return counts;
}

function visitFolder(folder: string, counts: PlainCounts): void {
  let entries: Dirent[];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    counts.skipped++;
    return;
  }
  for (const entry of entries) {
    if (entry.isDirectory()) visitFolder(join(folder, entry.name), counts);
    if (entry.isFile()) visitFile(join(folder, entry.name), counts);
  }
}

function visitFile(path: string, counts: PlainCounts): void {
  let content: Buffer;
  try {
    content = readFileSync(path);
  } catch {
    counts.skipped++;
    return;
  }
  counts.files++;
  counts.bytes += content.length;
  for (const byte of content) if (byte === 0x0a) counts.lines++;
  if (!isUtf8(content)) return;
  for (const word of content.toString("utf8").split(/[^\p{L}\p{N}]+/u)) {
    if (word === "" || word.length > 64) continue;
    counts.words++;
    const key = word.toLowerCase();
    counts.occurrences.set(key, (counts.occurrences.get(key) ?? 0) + 1);
  }
}
