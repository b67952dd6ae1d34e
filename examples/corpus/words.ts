// What is counted in a file, and how, piece by piece, so that a file of any size needs no more memory than one piece.
//
//   bytes   all of them
//   lines   line feeds (byte 10)
//   words   runs of letters and digits, of at most LONGEST UTF-16 units (longer ones are data), in files that are valid
//           UTF-8 from end to end; other files have none
//
// Where a piece ends must not matter: a run that touches the end of a piece is kept and put before the next one.

import { TextDecoder } from "node:util";

/** A longer run is no word, but a key, a hash or the like. It also bounds what a word can cost. */
export const LONGEST = 64;

const RUN = /[\p{L}\p{N}]+/gu;
const LINE_FEED = 10;

export class FileCounter {
  bytes = 0;
  lines = 0;
  /** How often each word occurs, as it is written. */
  readonly words: Map<string, number> = new Map();
  private decoder: TextDecoder | null = new TextDecoder("utf-8", { fatal: true });
  private kept = "";

  add(piece: Uint8Array): void {
    this.bytes += piece.length;
    for (let at = piece.indexOf(LINE_FEED); at >= 0; at = piece.indexOf(LINE_FEED, at + 1)) this.lines++;
    this.addText(piece);
  }

  end(): void {
    this.addText(null);
    this.count(this.kept);
  }

  /** Decodes a piece, or what is left when there are no more, and counts its words. */
  private addText(piece: Uint8Array | null): void {
    if (this.decoder === null) return;
    let text: string;
    try {
      text = this.kept + (piece === null ? this.decoder.decode() : this.decoder.decode(piece, { stream: true }));
    } catch {
      this.decoder = null; // no text after all
      this.kept = "";
      this.words.clear();
      return;
    }
    this.kept = "";
    for (const [run] of text.matchAll(RUN)) {
      this.count(this.kept);
      this.kept = run;
    }
    if (!text.endsWith(this.kept)) {
      this.count(this.kept);
      this.kept = "";
    }
    // Two units more than a word may have: too long stays too long, even when the cut goes through a surrogate pair.
    this.kept = this.kept.slice(0, LONGEST + 2);
  }

  private count(run: string): void {
    if (run.length > 0 && run.length <= LONGEST) this.words.set(run, (this.words.get(run) ?? 0) + 1);
  }
}
