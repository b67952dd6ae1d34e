// Durations, counted by size: eight steps for each doubling, so a percentile is right to within 9 %.

/** Milliseconds. */
export interface Histogram {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

const STEPS = 8;
/** Milliseconds that count as nothing: a millionth of a second. */
const LEAST = 0.001;
const BUCKETS = 40 * STEPS;

export class Durations {
  declare private readonly buckets: Float64Array;
  declare private count: number;
  declare private max: number;

  constructor() {
    this.buckets = new Float64Array(BUCKETS);
    this.count = 0;
    this.max = 0;
  }

  add(ms: number): void {
    const bucket = ms <= LEAST ? 0 : Math.min(Math.ceil(Math.log2(ms / LEAST) * STEPS), BUCKETS - 1);
    this.buckets[bucket] = (this.buckets[bucket] as number) + 1;
    this.count++;
    if (ms > this.max) this.max = ms;
  }

  summary(): Histogram {
    return Object.freeze({
      count: this.count,
      p50: this.percentile(0.5),
      p99: this.percentile(0.99),
      max: this.max,
    });
  }

  private percentile(share: number): number {
    const wanted = Math.ceil(this.count * share);
    let seen = 0;
    for (let i = 0; i < BUCKETS && wanted > 0; i++) {
      seen += this.buckets[i] as number;
      if (seen >= wanted) return Math.min(LEAST * 2 ** (i / STEPS), this.max);
    }
    return 0;
  }
}
