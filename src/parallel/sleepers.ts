// The threads that sleep on one thing in shared memory, as one of them has them in hand: who changes it wakes one of them, or all.
//
// Each of them has set its bit in the wait set (see wait-set.ts) before it looked for the last time.

import { here } from "./neighbours.ts";
import { addWaiter, hasWaiters, removeWaiter, takeWaiter } from "./wait-set.ts";

export class Sleepers {
  declare private words: Int32Array;
  declare private readonly at: number;
  /** Behind the one that was woken last, so that all have their turn. */
  declare private turn: number;

  /** `at` is where the bits lie. */
  constructor(words: Int32Array, at: number) {
    this.words = words;
    this.at = at;
    this.turn = 0;
  }

  /** This thread goes to sleep on it. */
  enter(): void {
    addWaiter(this.words, this.at, here().slot);
  }

  /** It has woken up. Says false if it was woken by a hint, which is then its own. */
  leave(): boolean {
    return removeWaiter(this.words, this.at, here().slot);
  }

  /** Gives one of them a hint. */
  wakeOne(): void {
    const { words, at } = this;
    if (!hasWaiters(words, at)) return;
    const neighbours = here();
    for (let slot = takeWaiter(words, at, this.turn); slot >= 0; slot = takeWaiter(words, at, slot + 1)) {
      if (slot !== neighbours.slot && neighbours.commons.at(slot) === 0) continue; // it has died
      this.turn = slot + 1;
      neighbours.rouse(slot);
      return;
    }
  }

  /** Gives all of them a hint. */
  wakeAll(): void {
    const { words, at } = this;
    if (!hasWaiters(words, at)) return;
    const neighbours = here();
    for (let slot = takeWaiter(words, at, 0); slot >= 0; slot = takeWaiter(words, at, 0)) neighbours.rouse(slot);
  }

  /** Takes the bit of a thread out that has died. */
  bury(slot: number): void {
    removeWaiter(this.words, this.at, slot);
    const neighbours = here();
    if (neighbours.commons.at(slot) !== 0) neighbours.rouse(slot); // another one lives there already: it announces itself anew
  }

  /** The memory has been given new views. */
  rebase(words: Int32Array): void {
    this.words = words;
  }
}
