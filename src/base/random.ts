// Seeded pseudo-random numbers: sfc32 (Chris Doty-Humphrey's PractRand), 128 bits of state, period at least 2^32.
//
// Same seed, same numbers, on every machine: a run that is given a seed makes the same choices again. Not for secrets.

export class Random {
  declare private a: number;
  declare private b: number;
  declare private c: number;
  declare private count: number;

  /** Any number serves as a seed; its fraction and what is beyond 32 bits are dropped. */
  constructor(seed: number) {
    this.a = seed | 0;
    this.b = 0x9e3779b9 | 0;
    this.c = 0x243f6a88 | 0;
    this.count = 1;
    for (let i = 0; i < 12; i++) this.next();
  }

  /** The next 32 bits, as an unsigned integer. */
  next(): number {
    const sum = (((this.a + this.b) | 0) + this.count) | 0;
    this.count = (this.count + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** A whole number from 0 to n - 1. Its bias is below n / 2^32. */
  below(n: number): number {
    return Math.floor((this.next() * n) / 4294967296);
  }
}
