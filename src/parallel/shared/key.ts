// A key, packed into words: one byte a character if all fit into one, else two. Which it is belongs to the key, so equal strings are equal words, however V8 keeps them.
//
// Its place in the order is its hash, with a seed of the map's own: nobody who chooses keys can make them collide.

import type { Text } from "./arena.ts";

const WIDE = 1;
/** See EPOCH. */
export const EPOCH_BIT: number = 1 << 31;
const LATIN_MOST = 255;
const FACTOR = 0x9e3779b1 | 0;
const MIX = 0x85ebca6b | 0;
/** Turns an unsigned order into the order of signed numbers. */
export const FLIP: number = 1 << 31;

export class Key {
  declare words: Int32Array;
  /** How many words it takes. */
  declare length: number;
  /** See KEY_SIZE. */
  declare size: number;
  /** Its place among all keys: odd. */
  declare order: number;
  declare epoch: number;

  constructor() {
    this.words = new Int32Array(16);
    this.length = 0;
    this.size = 0;
    this.order = 0;
    this.epoch = 0;
  }

  /** Packs a key, as it is in an epoch. O(length). */
  pack(text: string, seed: number, epoch: number): void {
    this.epoch = epoch;
    const { length } = text;
    if (length > this.words.length * 2) this.words = new Int32Array(length);
    const { words } = this;
    let hash = seed ^ length;
    let all = 0;
    let at = 0;
    let i = 0;
    for (; i + 3 < length; i += 4) {
      const a = text.charCodeAt(i);
      const b = text.charCodeAt(i + 1);
      const c = text.charCodeAt(i + 2);
      const d = text.charCodeAt(i + 3);
      all |= a | b | c | d;
      const word = a | (b << 8) | (c << 16) | (d << 24);
      words[at++] = word;
      hash = Math.imul(hash ^ word, FACTOR);
      hash ^= hash >>> 15;
    }
    if (i < length) {
      let word = 0;
      for (let shift = 0; i < length; i++, shift += 8) {
        const code = text.charCodeAt(i);
        all |= code;
        word |= code << shift;
      }
      words[at++] = word;
      hash = Math.imul(hash ^ word, FACTOR);
      hash ^= hash >>> 15;
    }
    if (all > LATIN_MOST) {
      this.packWide(text, seed);
      return;
    }
    this.length = at;
    this.size = (length << 1) | this.epoch;
    this.order = finish(hash);
  }

  /** The same key in another epoch. */
  enter(epoch: number): void {
    this.size ^= this.epoch ^ epoch;
    this.epoch = epoch;
  }

  private packWide(text: string, seed: number): void {
    const { words } = this;
    const { length } = text;
    let hash = ~seed ^ length;
    let at = 0;
    for (let i = 0; i < length; i += 2) {
      const word = text.charCodeAt(i) | (i + 1 < length ? text.charCodeAt(i + 1) << 16 : 0);
      words[at++] = word;
      hash = Math.imul(hash ^ word, FACTOR);
      hash ^= hash >>> 15;
    }
    this.length = at;
    this.size = (length << 1) | WIDE | this.epoch;
    this.order = finish(hash);
  }
}

/** How many words a key of that size takes. */
export function keyWords(size: number): number {
  const characters = charactersOf(size);
  return (size & WIDE) === 0 ? (characters + 3) >>> 2 : (characters + 1) >>> 1;
}

/** The key that these words hold. */
export function keyText(words: Int32Array, size: number): string {
  const bytes = Buffer.from(words.buffer, words.byteOffset, keyWords(size) * 4) as unknown as Text;
  const characters = charactersOf(size);
  return (size & WIDE) === 0 ? bytes.latin1Slice(0, characters) : bytes.ucs2Slice(0, characters * 2);
}

const charactersOf = (size: number): number => (size & ~EPOCH_BIT) >>> 1;

// A step of each word and a mixing at the end, so that the upper bits, which choose the bucket, depend on all.
function finish(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 13), MIX);
  mixed ^= mixed >>> 16;
  mixed = Math.imul(mixed, FACTOR);
  return (mixed | 1) ^ FLIP;
}
