// Writes numbers and strings into a scratch buffer that grows.
//
// Invariants
//   position <= limit + ROOM: whoever writes looks whether position has passed limit, and may then write ROOM bytes without looking again

import { Buffer } from "node:buffer";
import {
  ASCII,
  BIGINT,
  BIGINT64,
  FLOAT64,
  INT32,
  LONGEST_SHORT_STRING,
  SHORT_STRING,
  UINT16,
  UTF8,
  UTF16,
} from "./format.ts";
import { Refusal } from "./refusal.ts";

/** More than the longest thing that is written without looking. */
const ROOM = 64;
/** Where a scratch buffer starts, and what it is reduced to after a message that was larger than KEPT. */
const SCRATCH = 1 << 14;
const KEPT = 1 << 20;
const LARGEST = 2 ** 31 - 1;
/** Above it, the bytes of a string are counted before there is made room for them. */
const COUNTED = 1 << 12;
/** Views of the scratch buffer up to this length are made once. */
const VIEWS_KEPT = 256;

export class Writer {
  declare protected buffer: Buffer;
  declare protected view: DataView;
  declare protected position: number;
  declare protected limit: number;
  declare private readonly views: (Uint8Array | null)[];

  constructor() {
    this.buffer = Buffer.allocUnsafeSlow(SCRATCH);
    this.view = new DataView(this.buffer.buffer);
    this.position = 0;
    this.limit = SCRATCH - ROOM;
    this.views = new Array<Uint8Array | null>(VIEWS_KEPT).fill(null);
  }

  /** How many bytes have been written. */
  get length(): number {
    return this.position;
  }

  byte(byte: number): void {
    if (this.position > this.limit) this.grow(1);
    this.buffer[this.position++] = byte;
  }

  uint32(n: number): void {
    if (this.position > this.limit) this.grow(4);
    this.view.setUint32(this.position, n);
    this.position += 4;
  }

  number(n: number): void {
    if (this.position > this.limit) this.grow(9);
    const { buffer, position } = this;
    const whole = n | 0;
    if (whole === n && (n !== 0 || 1 / n > 0)) {
      if (whole >= 0 && whole < SHORT_STRING) {
        buffer[position] = whole;
        this.position = position + 1;
      } else if (whole >= 0 && whole <= 0xffff) {
        buffer[position] = UINT16;
        buffer[position + 1] = whole >> 8;
        buffer[position + 2] = whole;
        this.position = position + 3;
      } else {
        buffer[position] = INT32;
        this.view.setInt32(position + 1, whole);
        this.position = position + 5;
      }
      return;
    }
    buffer[position] = FLOAT64;
    this.view.setFloat64(position + 1, n);
    this.position = position + 9;
  }

  bigint(n: bigint): void {
    if (BigInt.asIntN(64, n) === n) {
      this.byte(BIGINT64);
      this.view.setBigInt64(this.position, n);
      this.position += 8;
      return;
    }
    this.byte(BIGINT);
    this.string(n.toString(16));
  }

  string(text: string): void {
    const { length } = text;
    if (length > LONGEST_SHORT_STRING) {
      this.longString(text);
      return;
    }
    if (this.position > this.limit) this.grow(length + 1);
    const { buffer, position } = this;
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 0xff) {
        this.longString(text);
        return;
      }
      buffer[position + 1 + i] = unit;
    }
    buffer[position] = SHORT_STRING | length;
    this.position = position + 1 + length;
  }

  /** Writes a string as UTF-8, which is fastest to write, and says whether it could be read as bytes. */
  private longString(text: string): void {
    const { length } = text;
    this.reserve((length > COUNTED ? Buffer.byteLength(text) : length * 3) + 5);
    const at = this.position;
    const written = this.buffer.write(text, at + 5, "utf8");
    if (written !== length && !(text as string & { isWellFormed(): boolean }).isWellFormed()) {
      this.units(text);
      return;
    }
    this.buffer[at] = written === length ? ASCII : UTF8;
    this.view.setUint32(at + 1, written);
    this.position = at + 5 + written;
  }

  private units(text: string): void {
    this.reserve(text.length * 2 + 5);
    const at = this.position;
    this.buffer[at] = UTF16;
    this.view.setUint32(at + 1, text.length);
    this.position = at + 5 + this.buffer.write(text, at + 5, "utf16le");
  }

  bytes(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.buffer.set(bytes, this.position);
    this.position += bytes.length;
  }

  /** What has been written. Valid until the next message is begun. */
  protected written(): Uint8Array {
    const length = this.position;
    if (length >= VIEWS_KEPT) return new Uint8Array(this.buffer.buffer, 0, length);
    return (this.views[length] ??= new Uint8Array(this.buffer.buffer, 0, length));
  }

  protected restart(): void {
    if (this.buffer.length > KEPT) this.become(Buffer.allocUnsafeSlow(SCRATCH));
    this.position = 0;
  }

  /** Makes sure that so many bytes fit. */
  protected reserve(bytes: number): void {
    if (this.position + bytes > this.limit) this.grow(bytes);
  }

  private grow(bytes: number): void {
    const needed = this.position + bytes + ROOM;
    if (needed > LARGEST) throw tooLarge();
    const size = Math.min(LARGEST, Math.max(this.buffer.length * 2, needed));
    let larger: Buffer;
    try {
      larger = Buffer.allocUnsafeSlow(size);
    } catch {
      throw tooLarge();
    }
    this.buffer.copy(larger, 0, 0, this.position);
    this.become(larger);
  }

  private become(buffer: Buffer): void {
    this.buffer = buffer;
    this.view = new DataView(buffer.buffer);
    this.limit = buffer.length - ROOM;
    this.views.fill(null);
  }
}

function tooLarge(): Refusal {
  return new Refusal(
    "makes a message of more than 2 GiB, or than there is memory for",
    "Send it in parts, or move() it.",
  );
}
