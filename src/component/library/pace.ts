// A token bucket, told as a time: from when on the next may pass. Each that passes moves that time on by what it costs; what was not used is made up for
// afterwards, as far as the depth of the bucket goes. Never late by rounding: times are added up, not measured.

/** Milliseconds and costs. `now` is that of the clock of the run. */
export class Pace {
  readonly #msEach: number;
  readonly #depth: number;
  #due: number;

  constructor(perSecond: number, burstMs: number) {
    this.#msEach = 1000 / perSecond;
    this.#depth = burstMs;
    this.#due = Number.NEGATIVE_INFINITY;
  }

  /** How long until the next may pass; 0 if it may now. */
  wait(now: number): number {
    return Math.max(this.#due - now, 0);
  }

  /** Something passes, at this cost. */
  spend(cost: number, now: number): void {
    this.#due = Math.max(this.#due, now - this.#depth) + cost * this.#msEach;
  }
}
