// What is known of a whole folder, and how the counts of one file are added to it.

import type { FileCounter } from "./words.ts";

export class Totals {
  files = 0;
  skipped = 0;
  lines = 0;
  bytes = 0;
  words = 0;
  /** How often each word occurs, in lower case. */
  readonly occurrences: Map<string, number> = new Map();

  add(file: FileCounter): void {
    this.files++;
    this.lines += file.lines;
    this.bytes += file.bytes;
    for (const [word, n] of file.words) {
      this.words += n;
      const key = word.toLowerCase();
      const before = this.occurrences.get(key);
      this.occurrences.set(before === undefined ? copy(key) : key, (before ?? 0) + n);
    }
  }
}

/** Up to Node 22 a longer substring is a view of the text it was cut from: kept as a key, it would keep all of that text. */
function copy(word: string): string {
  return Buffer.from(word).toString();
}
