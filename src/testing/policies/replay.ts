// Replaying a schedule: production's choices but for the deviations.

import { checkOf, type Deviation } from "../schedule.ts";
import type { Point, Strategy } from "../strategy.ts";

export class Replay implements Strategy {
  declare private readonly deviations: readonly Deviation[];
  declare private next: number;
  /** Choices that were 0 since the last deviation. */
  declare private skipped: number;
  /** The choice at which the program was not the one that was recorded, or -1. */
  declare misfit: number;

  constructor(deviations: readonly Deviation[]) {
    this.deviations = deviations;
    this.next = 0;
    this.skipped = 0;
    this.misfit = -1;
  }

  /** Have all deviations come up? */
  get isComplete(): boolean {
    return this.next === this.deviations.length;
  }

  pick({ n, ready, index }: Point): number {
    const deviation = this.deviations[this.next];
    if (deviation === undefined || this.skipped++ < deviation.skip) return 0;
    this.skipped = 0;
    this.next++;
    const fits = deviation.choice < n && deviation.check === checkOf(ready?.at(0)?.id ?? 0, n);
    if (!fits && this.misfit < 0) this.misfit = index;
    return Math.min(deviation.choice, n - 1);
  }
}
