// A lock that is held for a few instructions only: others spin meanwhile. Its word is the `who` of the thread that holds it, so it can be taken over when that one has
// died; what it guards is repaired then, before anybody else sees it.
//
// Who spins does not turn its event loop, which would tell that a thread has died that it has started itself; so it looks for that on its own.

import { here } from "../neighbours.ts";

/** Looks after which a thread that spins looks for those that have died. */
const LOOKS = 1_000;

export class SpinLock {
  declare private readonly words: Int32Array;
  declare private readonly at: number;
  declare private readonly repair: () => void;

  /** `repair` must be able to begin anew when a thread has died in the midst of it. */
  constructor(words: Int32Array, at: number, repair: () => void) {
    this.words = words;
    this.at = at;
    this.repair = repair;
  }

  lock(): void {
    const { words, at } = this;
    const neighbours = here();
    const { who, commons } = neighbours;
    for (let looks = 1; ; looks++) {
      const holder = Atomics.compareExchange(words, at, 0, who);
      if (holder === 0) return;
      if (!commons.isAlive(holder) && Atomics.compareExchange(words, at, holder, who) === holder) {
        this.repair();
        return;
      }
      if (looks % LOOKS === 0) neighbours.commons.buryTheDead();
    }
  }

  unlock(): void {
    Atomics.store(this.words, this.at, 0);
  }

  /** Waits until nobody has it who had it now. */
  pass(): void {
    this.lock();
    this.unlock();
  }

  get holder(): number {
    return Atomics.load(this.words, this.at);
  }
}
