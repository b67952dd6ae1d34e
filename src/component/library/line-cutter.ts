// Cuts text that comes in pieces into lines.
//
// A line ends with "\n" or "\r\n", wherever the pieces are cut; a lone "\r" belongs to its line. Bytes are decoded with what was left of the piece before, so
// that a character may be cut too. Each character is looked at once, however many pieces a line has.
//
// Invariant
//   #parts hold what has come of the line that has not ended, #length characters in all, at most `maxLength` (and one, for "\r")

import { StringDecoder } from "node:string_decoder";
import { describeValue } from "../../base/errors.ts";
import { misuse } from "../../core/leaf.ts";
import { DataError } from "../errors.ts";
import { oneOf, optionsOf, type PartOptions, wholeNumber } from "./options.ts";

export interface LinesOptions extends PartOptions {
  /** The encoding of bytes. Default: "utf8". */
  readonly encoding?: BufferEncoding | undefined;
  /** Characters of the longest line, or Infinity. Default: 1 048 576. */
  readonly maxLength?: number | undefined;
  /** A line that is longer: "fail" (the default) ends the component with a `DataError`, "skip" leaves the line out and counts it. */
  readonly overlong?: "fail" | "skip" | undefined;
}

export class LineCutter {
  readonly #from: string;
  readonly #label: string;
  readonly #decoder: StringDecoder;
  readonly #maxLength: number;
  readonly #skips: boolean;
  #parts: string[];
  #length: number;
  /** In the midst of a line that is left out? */
  #skipping: boolean;
  /** Lines that were left out, being too long. */
  skipped: number;

  constructor(options: LinesOptions, from: string, label: string) {
    const { encoding = "utf8", maxLength = 1_048_576, overlong = "fail" } = optionsOf(options, from);
    if (!Buffer.isEncoding(encoding))
      throw misuse(`${from}: the encoding must be one that Node knows, got ${describeValue(encoding)}.`);
    this.#from = from;
    this.#label = label;
    this.#decoder = new StringDecoder(encoding);
    this.#maxLength = wholeNumber(maxLength, "maxLength", from);
    this.#skips = oneOf(overlong, ["fail", "skip"], "overlong", from) === "skip";
    this.#parts = [];
    this.#length = 0;
    this.#skipping = false;
    this.skipped = 0;
  }

  /** The lines that end in this piece. */
  *cut(piece: unknown): IterableIterator<string> {
    const text = this.#decode(piece);
    let start = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", start)) {
      this.#keep(text.slice(start, end));
      start = end + 1;
      const line = this.#take(true);
      if (line !== null) yield line;
    }
    this.#keep(text.slice(start));
  }

  /** The last line, if there is one that has no end. */
  end(): string | null {
    this.#keep(this.#decoder.end());
    return this.#length === 0 && !this.#skipping ? null : this.#take(false);
  }

  #decode(piece: unknown): string {
    if (typeof piece === "string") return this.#decoder.end() + piece;
    if (piece instanceof Uint8Array) return this.#decoder.write(piece as Buffer);
    throw misuse(`${this.#from}: "${this.#label}" takes strings and bytes, got ${describeValue(piece)}.`);
  }

  /** Adds to the line that has not ended. Gives that up as soon as it is too long: what it holds must not grow for ever. */
  #keep(text: string): void {
    if (text === "" || this.#skipping) return;
    this.#parts.push(text);
    this.#length += text.length;
    if (this.#length > this.#maxLength + 1) this.#giveUp();
  }

  #take(ended: boolean): string | null {
    let line = this.#parts.length === 1 ? (this.#parts[0] as string) : this.#parts.join("");
    if (ended && line.endsWith("\r")) line = line.slice(0, -1);
    if (!this.#skipping && line.length > this.#maxLength) this.#giveUp();
    const left = this.#skipping;
    this.#clear();
    this.#skipping = false;
    return left ? null : line;
  }

  /** The rest of the line is passed over, whoever goes on with it. */
  #giveUp(): void {
    this.#skipping = true;
    this.#clear();
    if (!this.#skips)
      throw new DataError(
        `${this.#from}: "${this.#label}" got a line of more than ${this.#maxLength} characters. Raise maxLength, or skip such lines with overlong: "skip".`,
      );
    this.skipped++;
  }

  #clear(): void {
    this.#parts = [];
    this.#length = 0;
  }
}
