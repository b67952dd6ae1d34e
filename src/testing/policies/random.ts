// The policy that goes anywhere: before each visible operation any ready task may be next, all equally likely. Same seed, same choices.

import { Random } from "../../base/random.ts";
import type { Policy } from "../../core/host.ts";

export class RandomPolicy implements Policy {
  declare private readonly random: Random;

  constructor(seed: number) {
    this.random = new Random(seed);
  }

  choose(_kind: string, n: number): number {
    return this.random.below(n);
  }
}
