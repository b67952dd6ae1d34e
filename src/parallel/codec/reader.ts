// Reads numbers and strings from a message.
//
// A short message is first copied out of where it lies into a scratch buffer, which costs less than a view of that memory, and lets all messages be read from one
// and the same place. What is read never shows the memory of the message.

import { Buffer } from "node:buffer";
import { MisuseError } from "../../base/errors.ts";
import { copyBytes } from "../copy.ts";
import { LONGEST_SHORT_STRING, SHORT_STRING } from "./format.ts";

/** Below this length a message is copied first. */
const SCRATCH = 1 << 12;
const LARGE = 1 << 12;
/** Up to this length it is copied byte by byte. */
const BY_HAND = 32;
const NAMES = 1 << 10;
const NO_TOKEN = 0xff;

/** The names of fields that were read last, by a hash of their bytes: making a string costs more than finding one. */
const names: string[] = new Array<string>(NAMES).fill("");

export class Reader {
  declare protected buffer: Buffer;
  declare protected view: DataView;
  declare protected position: number;
  declare protected end: number;
  declare private readonly scratch: Buffer;
  declare private readonly scratchView: DataView;
  declare private readonly scratchWords: Int32Array;

  constructor() {
    this.scratch = Buffer.allocUnsafeSlow(SCRATCH);
    this.scratchView = new DataView(this.scratch.buffer);
    this.scratchWords = new Int32Array(this.scratch.buffer);
    this.buffer = this.scratch;
    this.view = this.scratchView;
    this.position = 0;
    this.end = 0;
  }

  protected open(bytes: Uint8Array): void {
    const { length } = bytes;
    this.position = 0;
    this.end = length;
    if (length >= SCRATCH) {
      const { buffer, byteOffset } = bytes;
      this.buffer = Buffer.from(buffer as ArrayBuffer, byteOffset, length);
      this.view = new DataView(buffer, byteOffset, length);
      return;
    }
    const { scratch } = this;
    if (length > BY_HAND) scratch.set(bytes);
    else for (let i = 0; i < length; i++) scratch[i] = bytes[i] as number;
    scratch[length] = NO_TOKEN; // ends the reading of bytes that are not a whole message
    this.buffer = scratch;
    this.view = this.scratchView;
  }

  /** The same for a message of less than SCRATCH bytes that begins with a word: no view of it is needed then, and it is copied a word at a time. */
  protected openAt(words: Int32Array, at: number, length: number): void {
    const { scratch, scratchWords } = this;
    const count = (length + 3) >>> 2;
    for (let i = 0; i < count; i++) scratchWords[i] = words[at + i] as number;
    scratch[length] = NO_TOKEN;
    this.position = 0;
    this.end = length;
    this.buffer = scratch;
    this.view = this.scratchView;
  }

  /** Lets go of the message. */
  protected shut(): void {
    this.buffer = this.scratch;
    this.view = this.scratchView;
  }

  /** Is only so much left? */
  atEnd(bytes: number): boolean {
    return this.position >= this.end - bytes;
  }

  byte(): number {
    return this.buffer[this.position++] as number;
  }

  uint16(): number {
    const { buffer, position } = this;
    this.position = position + 2;
    return ((buffer[position] as number) << 8) | (buffer[position + 1] as number);
  }

  uint32(): number {
    this.position += 4;
    return this.view.getUint32(this.position - 4);
  }

  int32(): number {
    this.position += 4;
    return this.view.getInt32(this.position - 4);
  }

  float64(): number {
    this.position += 8;
    return this.view.getFloat64(this.position - 8);
  }

  bigint64(): bigint {
    this.position += 8;
    return this.view.getBigInt64(this.position - 8);
  }

  text(encoding: "latin1" | "utf8" | "utf16le", width: number): string {
    const start = this.position + 4;
    this.position = start + this.view.getUint32(this.position) * width;
    if (this.position > this.end) throw broken();
    return this.buffer.toString(encoding, start, this.position);
  }

  /** A copy, alone in its memory. */
  bytes(length: number): Uint8Array<ArrayBuffer> {
    const start = this.position;
    this.position = start + length;
    if (this.position > this.end) throw broken();
    // The memory of a new array is set to zeros first: of a large one that costs as much as the copy.
    const copy =
      length < LARGE ? new Uint8Array(length) : new Uint8Array(Buffer.allocUnsafeSlow(length).buffer as ArrayBuffer);
    copyBytes(copy, this.buffer.subarray(start, this.position), 0);
    return copy;
  }

  /** A string of so many characters of one byte, at most 31. The call with all of them costs a third of what the decoder of Node costs. */
  short(length: number): string {
    const { buffer: b, position: p } = this;
    this.position = p + length;
    switch (length) {
      case 0:
        return "";
      case 1:
        return chars(b[p]!);
      case 2:
        return chars(b[p]!, b[p + 1]!);
      case 3:
        return chars(b[p]!, b[p + 1]!, b[p + 2]!);
      case 4:
        return chars(b[p]!, b[p + 1]!, b[p + 2]!, b[p + 3]!);
      case 5:
        return chars(b[p]!, b[p + 1]!, b[p + 2]!, b[p + 3]!, b[p + 4]!);
      case 6:
        return chars(b[p]!, b[p + 1]!, b[p + 2]!, b[p + 3]!, b[p + 4]!, b[p + 5]!);
      case 7:
        return chars(b[p]!, b[p + 1]!, b[p + 2]!, b[p + 3]!, b[p + 4]!, b[p + 5]!, b[p + 6]!);
      case 8:
        return chars(b[p]!, b[p + 1]!, b[p + 2]!, b[p + 3]!, b[p + 4]!, b[p + 5]!, b[p + 6]!, b[p + 7]!);
      case 9:
        return chars(b[p]!, b[p + 1]!, b[p + 2]!, b[p + 3]!, b[p + 4]!, b[p + 5]!, b[p + 6]!, b[p + 7]!, b[p + 8]!);
      case 10:
        return chars(
          b[p]!,
          b[p + 1]!,
          b[p + 2]!,
          b[p + 3]!,
          b[p + 4]!,
          b[p + 5]!,
          b[p + 6]!,
          b[p + 7]!,
          b[p + 8]!,
          b[p + 9]!,
        );
      case 11:
        return chars(
          b[p]!,
          b[p + 1]!,
          b[p + 2]!,
          b[p + 3]!,
          b[p + 4]!,
          b[p + 5]!,
          b[p + 6]!,
          b[p + 7]!,
          b[p + 8]!,
          b[p + 9]!,
          b[p + 10]!,
        );
      case 12:
        return chars(
          b[p]!,
          b[p + 1]!,
          b[p + 2]!,
          b[p + 3]!,
          b[p + 4]!,
          b[p + 5]!,
          b[p + 6]!,
          b[p + 7]!,
          b[p + 8]!,
          b[p + 9]!,
          b[p + 10]!,
          b[p + 11]!,
        );
      default:
        return b.toString("latin1", p, p + length);
    }
  }

  /** Reads a string that will be the name of a field; null if it is no short one, and then nothing has been read. */
  protected shortName(): string | null {
    const { buffer, position } = this;
    const length = (buffer[position] as number) - SHORT_STRING;
    if (length < 0 || length > LONGEST_SHORT_STRING) return null;
    const start = position + 1;
    const hash =
      length +
      7 * (buffer[start] as number) +
      31 * (buffer[start + length - 1] as number) +
      61 * (buffer[start + (length >> 1)] as number);
    const place = hash & (NAMES - 1);
    const known = names[place] as string;
    this.position = start;
    if (known.length === length) {
      let i = 0;
      while (i < length && known.charCodeAt(i) === buffer[start + i]) i++;
      if (i === length) {
        this.position = start + length;
        return known;
      }
    }
    const name = this.short(length);
    names[place] = name;
    return name;
  }
}

const chars = String.fromCharCode;

export function broken(cause?: unknown): MisuseError {
  const message = "decode: the bytes are not a message, or not the whole of one. Give it what encode() has made.";
  return new MisuseError(message, { cause });
}
