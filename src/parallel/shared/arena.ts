// Shared memory that grows, and the views of it. It is reserved as a whole, and only what has been used takes memory.
//
// Views of a fixed length cost a fraction of those that follow the length of their buffer. So each thread has views of the length it knows of, and makes new ones when it meets
// a place beyond.

/** A growable SharedArrayBuffer, which the library of ES2022 does not know. */
interface Growable extends SharedArrayBuffer {
  readonly maxByteLength: number;
  grow(byteLength: number): void;
}
type GrowableConstructor = new (byteLength: number, options: { maxByteLength: number }) => Growable;

/** How Node reads text out of bytes. */
export interface Text {
  latin1Slice(start: number, end: number): string;
  ucs2Slice(start: number, end: number): string;
  latin1Write(text: string, at: number): number;
  ucs2Write(text: string, at: number): number;
}

/** Bytes by which it grows at least, and at most. */
const LEAST_STEP = 1 << 18;
const MOST_STEP = 1 << 25;

/** Reserves memory for at most so many bytes. */
export function growable(maxByteLength: number, byteLength: number): SharedArrayBuffer {
  return new (SharedArrayBuffer as unknown as GrowableConstructor)(byteLength, { maxByteLength });
}

export class Arena {
  declare readonly memory: Growable;
  declare words: Int32Array;
  declare bytes: Uint8Array;

  constructor(memory: SharedArrayBuffer) {
    this.memory = memory as Growable;
    this.words = new Int32Array(0);
    this.bytes = new Uint8Array(0);
    this.refresh();
  }

  /** Makes views of all there is now. */
  refresh(): Int32Array {
    const { memory } = this;
    const { byteLength } = memory;
    if (byteLength !== this.bytes.length) {
      this.words = new Int32Array(memory, 0, byteLength >> 2);
      this.bytes = new Uint8Array(memory, 0, byteLength);
    }
    return this.words;
  }

  /** Views in which there are so many words, which there are. */
  upTo(end: number): Int32Array {
    return end <= this.words.length ? this.words : this.refresh();
  }

  /** Grows to so many words at least. In one thread at a time. False if that is not possible. */
  reach(end: number): boolean {
    const { memory } = this;
    const size = memory.byteLength;
    if (end * 4 > size) {
      if (end * 4 > memory.maxByteLength) return false;
      const step = Math.min(Math.max(size, LEAST_STEP), MOST_STEP);
      try {
        memory.grow(Math.min(Math.max(size + step, end * 4), memory.maxByteLength));
      } catch {
        return false; // the machine has no more
      }
    }
    this.refresh();
    return true;
  }
}
