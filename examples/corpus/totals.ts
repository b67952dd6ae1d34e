// What is known of a whole folder, and how the counts of one file, or of many, are added to it.

import type { FileCounter } from "./words.ts";

/** Counts that have yet to be merged: plain data, which may go to another thread. */
export interface Portion {
  readonly files: number;
  readonly lines: number;
  readonly bytes: number;
  readonly words: number;
  readonly occurrences: ReadonlyMap<string, number>;
  readonly skipped: readonly Skipped[];
}

export interface Skipped {
  readonly path: string;
  readonly why: string;
}

/** Words in a portion: with 64 letters of three bytes each they take some 10 MB. */
export const MOST_WORDS = 50_000;

const NOTHING: Portion = { files: 0, lines: 0, bytes: 0, words: 0, occurrences: new Map(), skipped: [] };

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

  merge(portion: Portion): void {
    this.files += portion.files;
    this.skipped += portion.skipped.length;
    this.lines += portion.lines;
    this.bytes += portion.bytes;
    this.words += portion.words;
    for (const [word, n] of portion.occurrences) this.occurrences.set(word, (this.occurrences.get(word) ?? 0) + n);
  }

  /** The same as plain data, with what was skipped: in several portions if there are many words, since a message has to fit into the channel it goes through. */
  *portions(skipped: readonly Skipped[]): Generator<Portion, void, void> {
    const { files, lines, bytes, words, occurrences } = this;
    if (occurrences.size <= MOST_WORDS) {
      yield { files, lines, bytes, words, occurrences, skipped };
      return;
    }
    yield { files, lines, bytes, words, occurrences: new Map(), skipped };
    const entries = [...occurrences];
    for (let at = 0; at < entries.length; at += MOST_WORDS)
      yield { ...NOTHING, occurrences: new Map(entries.slice(at, at + MOST_WORDS)) };
  }
}

/** Up to Node 22 a longer substring is a view of the text it was cut from: kept as a key, it would keep all of that text. */
function copy(word: string): string {
  return Buffer.from(word).toString();
}
