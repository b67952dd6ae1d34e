// The form of a frame, and finding frames in a stream of bytes that may be damaged.
//
//   bytes 0 to 3    the mark, F9 FA FB FC: none of these occurs in UTF-8
//         4 to 7    the length of the content, the highest byte first
//         8 to 11   CRC-32 of the content
//        12 to 15   CRC-32 of the twelve bytes before
//        16 ...     the content
//
// The head has a checksum of its own: a damaged length is known at once, not after waiting for content that never comes.
//
// Finding the next frame
//   1 pass over bytes until there is a mark
//   2 is the head whole? else go on behind the mark
//   3 is the content whole? else go on behind the head: if bytes were lost, the next frame begins within what was taken for content

import { crc32 } from "node:zlib";
import { DataError } from "../errors.ts";

const MARK: Uint8Array = Uint8Array.of(0xf9, 0xfa, 0xfb, 0xfc);
export const HEAD = 16;
/** The longest content that the head can tell. */
export const LONGEST = 0xffff_ffff;
const SMALLEST = 4096;

/** A frame around a content. O(bytes). */
export function framed(content: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(HEAD + content.length);
  frame.set(MARK, 0);
  frame.writeUInt32BE(content.length, 4);
  frame.writeUInt32BE(crc32(content), 8);
  frame.writeUInt32BE(crc32(frame.subarray(0, 12)), 12);
  frame.set(content, HEAD);
  return frame;
}

/** How many frames were found, and what was passed over. */
export interface DeframerStats {
  /** Messages that were given. */
  readonly frames: number;
  /** Stretches of bytes that were no frame, or a damaged one. */
  readonly damaged: number;
  /** Bytes that were passed over. */
  readonly skippedBytes: number;
}

/** What the search has come to. */
const FOUND = 0;
const MORE = 1;
const DAMAGED = 2;

export class FrameFinder {
  readonly #maxLength: number;
  readonly #resyncs: boolean;
  readonly #who: string;
  /** What has come: from #start to #end. */
  #bytes: Buffer;
  #start: number;
  #end: number;
  /** Passing over what is no frame? */
  #lost: boolean;
  #found: Buffer | null;
  frames: number;
  damaged: number;
  skippedBytes: number;

  constructor(maxLength: number, resyncs: boolean, who: string) {
    this.#maxLength = maxLength;
    this.#resyncs = resyncs;
    this.#who = who;
    this.#bytes = Buffer.allocUnsafe(0);
    this.#start = 0;
    this.#end = 0;
    this.#lost = false;
    this.#found = null;
    this.frames = 0;
    this.damaged = 0;
    this.skippedBytes = 0;
  }

  /** The contents of the frames that are whole with these bytes. */
  *find(bytes: Uint8Array): IterableIterator<Buffer> {
    this.#append(bytes);
    yield* this.#search();
  }

  /** No more bytes: what is left is no frame, though there may be some in it. */
  *end(): IterableIterator<Buffer> {
    while (this.#start < this.#end) {
      this.#damage("the data ends within a frame", 1);
      yield* this.#search();
    }
  }

  *#search(): IterableIterator<Buffer> {
    for (let state = this.#look(); state !== MORE; state = this.#look()) {
      if (state === DAMAGED) continue;
      const content = this.#found as Buffer;
      this.#found = null;
      this.#lost = false;
      this.frames++;
      yield content;
    }
  }

  /** Looks at what lies at the start; goes on behind it, if it is a frame or none. */
  #look(): number {
    const size = this.#end - this.#start;
    const bytes = this.#bytes.subarray(this.#start, this.#end);
    // 1 the mark, as much of it as is there
    const marked = Math.min(size, MARK.length);
    if (!bytes.subarray(0, marked).equals(MARK.subarray(0, marked))) return this.#damage("there is no frame", 1);
    if (size < HEAD) return MORE;
    // 2 the head
    if (crc32(bytes.subarray(0, 12)) !== bytes.readUInt32BE(12))
      return this.#damage("the head of a frame is damaged", 1);
    const length = bytes.readUInt32BE(4);
    if (length > this.#maxLength)
      return this.#damage(`a frame has ${length} bytes, which is more than maxLength (${this.#maxLength})`, HEAD);
    if (size < HEAD + length) return MORE;
    // 3 the content
    const content = bytes.subarray(HEAD, HEAD + length);
    if (crc32(content) !== bytes.readUInt32BE(8)) return this.#damage("the content of a frame is damaged", HEAD);
    this.#found = Buffer.from(content); // a copy: the bytes here are used again
    this.#start += HEAD + length;
    return FOUND;
  }

  /** Passes over so many bytes, and what follows up to the next mark. */
  #damage(what: string, count: number): number {
    if (!this.#lost) this.damaged++;
    this.#lost = true;
    const bytes = this.#bytes.subarray(this.#start, this.#end);
    let next = bytes.indexOf(MARK, count);
    if (next < 0) {
      // perhaps a mark begins with the last bytes
      next = Math.max(count, bytes.length - MARK.length + 1);
      while (next < bytes.length && !bytes.subarray(next).equals(MARK.subarray(0, bytes.length - next))) next++;
    }
    next = Math.min(next, bytes.length);
    this.skippedBytes += next;
    this.#start += next;
    if (!this.#resyncs)
      throw new DataError(
        `deframer: "${this.#who}" got damaged data after ${this.frames} frames: ${what}. Look at what sends it, or pass over such data with damage: "resync".`,
      );
    return DAMAGED;
  }

  /** Adds bytes at the end, moved to the front where there is no room. O(bytes), amortized. */
  #append(bytes: Uint8Array): void {
    const size = this.#end - this.#start;
    if (this.#end + bytes.length > this.#bytes.length) {
      const fits = size + bytes.length <= this.#bytes.length && this.#start >= size;
      const target = fits ? this.#bytes : Buffer.allocUnsafeSlow(Math.max(SMALLEST, 2 * (size + bytes.length)));
      this.#bytes.copy(target, 0, this.#start, this.#end);
      this.#bytes = target;
      this.#start = 0;
      this.#end = size;
    }
    this.#bytes.set(bytes, this.#end);
    this.#end += bytes.length;
  }
}
