// Shared memory that grows where it lies. Views of a fixed length are many times faster than those that follow its length, so each thread keeps one, and makes it
// again when it meets an address behind its end.

/** Growable shared memory, which the library of es2022 does not know yet. */
interface GrowableBuffer extends SharedArrayBuffer {
  readonly maxByteLength: number;
  grow(byteLength: number): void;
}

const Growable = SharedArrayBuffer as unknown as new (
  byteLength: number,
  options: { maxByteLength: number },
) => GrowableBuffer;

/** Makes shared memory that can grow. Address space is taken for all of it, memory for what is used. */
export function growableMemory(bytes: number, most: number): SharedArrayBuffer {
  return new Growable(bytes, { maxByteLength: most });
}

const barrier = new Int32Array(new SharedArrayBuffer(4));

/** Stands between the copying of what others may change meanwhile, and the look whether they did: on no processor does a load pass it. */
export function fence(): void {
  Atomics.exchange(barrier, 0, 0);
}

/** A thread's view of memory that others may have grown meanwhile. */
export class GrowingWords {
  /** What was there when it was last looked at. */
  declare words: Int32Array;
  declare private readonly memory: GrowableBuffer;

  constructor(memory: SharedArrayBuffer) {
    this.memory = memory as GrowableBuffer;
    this.words = new Int32Array(0);
    this.renew();
  }

  /** Is there memory up to this word, by now? */
  reaches(end: number): boolean {
    if (end <= this.words.length) return true;
    this.renew();
    return end <= this.words.length;
  }

  /** Grows the memory, if need be, so that it has at least so many words. False if it may not become so large. */
  grow(end: number): boolean {
    const { memory } = this;
    while (!this.reaches(end)) {
      const { byteLength, maxByteLength } = memory;
      if (end * 4 > maxByteLength) return false;
      try {
        memory.grow(Math.min(maxByteLength, Math.max(end * 4, byteLength * 2)));
      } catch (error) {
        if (memory.byteLength === byteLength) throw error; // otherwise another thread was quicker
      }
    }
    return true;
  }

  private renew(): void {
    this.words = new Int32Array(this.memory, 0, this.memory.byteLength >> 2);
  }
}
