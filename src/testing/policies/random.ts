// The random walk: at each choice any option, all equally likely. Same seed, same choices.

import { Random } from "../../base/random.ts";
import type { Point, Strategy } from "../strategy.ts";

export class RandomWalk implements Strategy {
  declare private readonly random: Random;

  constructor(seed: number) {
    this.random = new Random(seed);
  }

  pick({ n }: Point): number {
    return this.random.below(n);
  }
}
