// Strands: what takes steps, as a trace sees it. A task is a strand, and so is time, whose steps are the timers that go off; what happens before the first step
// belongs to a strand of its own.
//
// A strand is known by the strand that has spawned it and the how many-eth that was, and so is an object by the one that has made it. That is the same in all
// orders of the same steps, which a number from a counter would not be.

import type { Runner } from "../../core/waiter.ts";
import type { Clock } from "./clock.ts";
import type { Location } from "./location.ts";

/** Numbers for names, the same in all runs of a search. */
export class Names {
  declare private readonly numbers: Map<string, number>;

  constructor() {
    this.numbers = new Map();
  }

  numberOf(name: string): number {
    let number = this.numbers.get(name);
    if (number === undefined) {
      number = this.numbers.size;
      this.numbers.set(name, number);
    }
    return number;
  }
}

export class Strand {
  /** As in "root.2": the same in all orders. Empty where nobody wants to know. */
  declare readonly name: string;
  declare readonly number: number;
  /** Stands for the name in hashes. */
  declare readonly hash: number;
  /** The task; null for other strands. */
  declare readonly task: Runner | null;
  /** It was among those who could go on when the last choice was made. */
  declare isReady: boolean;
  declare steps: number;
  declare spawned: number;
  declare made: number;
  /** For each strand, up to which step its steps come before what this one does next. */
  declare readonly clock: Clock;
  /** The same for what orders accesses to shared state; see sharing.ts. */
  declare readonly order: Clock;
  /** Steps that come before its next one: those that have spawned or woken it. */
  declare before: number[];
  /** Whether it has been cancelled. */
  declare life: Location | null;
  /** Whether it waits. */
  declare wait: Location | null;
  /** Somebody else has looked at that, or changed it. */
  declare isWatched: boolean;

  constructor(name: string, number: number, hash: number, task: Runner | null) {
    this.name = name;
    this.number = number;
    this.hash = hash;
    this.task = task;
    this.isReady = false;
    this.steps = 0;
    this.spawned = 0;
    this.made = 0;
    this.clock = [];
    this.order = [];
    this.before = [];
    this.life = null;
    this.wait = null;
    this.isWatched = false;
  }
}
