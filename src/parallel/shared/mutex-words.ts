// The words of a shared mutex, and what threads do with them. test/parallel/lock-model/ runs these very functions in every order, deaths included: what they
// share they reach through `Atomics` and `neighbours` alone.
//
// HOLDER names a thread by its `who`, so one compare-and-set takes the lock and says who has it:
//
//   0      free                                ~who   kept for a thread that is waiting; while that is dead: free
//   who    held; while that thread is dead: poisoned, until somebody repairs it
//
// So no death needs to be written down: what the name of a thread means changes with it. Whoever dies between freeing the lock and telling a sleeper leaves that to the
// death itself, after which every thread looks.
//
// Whoever finds it free takes it, also before those who sleep; waking a thread takes longer than most locks are held. So that nobody is passed over for ever, a thread
// that has waited long names itself in HUNGRY, and the next unlock keeps the lock for it:
//
//   keep       1 HOLDER = ~hungry   2 still hungry? if not, free it
//   give up    1 HUNGRY = 0         2 kept for this thread? then free it
//
// Each side writes its own word and then reads the other's: one of the two sees it. If the one that keeps dies between 1 and 2, the lock may be kept for a thread that
// does not want it: that is mended.
//
// Invariants
//   while HOLDER names a living thread as holder, only that thread changes it
//   HUNGRY names a thread that waits, and so not the holder; or a dead one, which counts as none

import { BODY } from "../directory.ts";
import type { Neighbours } from "../neighbours.ts";
import { steps } from "../steps.ts";
import { WAIT_SET } from "../wait-set.ts";

export const HOLDER: number = BODY;
export const HUNGRY: number = BODY + 1;
/** The threads that sleep on it. */
export const SLEEPERS: number = BODY + 2;
export const MUTEX_WORDS: number = SLEEPERS + WAIT_SET;

// What `takeMutex` answers beside the `who` of a thread that has died while it held the lock.
export const TAKEN = 0;
export const NOT_TAKEN = -1;

/** Takes the lock if it is free or kept for this thread. */
export function takeMutex(words: Int32Array, neighbours: Neighbours): number {
  const { who } = neighbours;
  for (;;) {
    const holder = Atomics.compareExchange(words, HOLDER, 0, who);
    if (holder === 0) break;
    if (holder > 0) {
      if (neighbours.commons.isAlive(holder)) return NOT_TAKEN;
      if (Atomics.load(words, HOLDER) === holder) return holder; // it had not unlocked before it died
    } else {
      if (holder !== ~who && neighbours.commons.isAlive(~holder)) return NOT_TAKEN;
      if (Atomics.compareExchange(words, HOLDER, holder, who) === holder) break;
    }
  }
  if (steps.at !== null) steps.at("mutex.taken");
  return TAKEN;
}

/** Gives the lock back, which this thread holds. Answers the thread it is kept for, which has to be roused; or 0, and one of the sleepers has to be. */
export function leaveMutex(words: Int32Array, neighbours: Neighbours): number {
  const hungry = Atomics.load(words, HUNGRY);
  if (hungry === 0 || !neighbours.commons.isAlive(hungry)) {
    Atomics.store(words, HOLDER, 0);
    if (steps.at !== null) steps.at("mutex.freed");
    return 0;
  }
  Atomics.store(words, HOLDER, ~hungry);
  if (steps.at !== null) steps.at("mutex.kept");
  if (Atomics.load(words, HUNGRY) === hungry) return hungry;
  Atomics.compareExchange(words, HOLDER, ~hungry, 0);
  return 0;
}

/** Nobody in this thread waits any more. Says whether the lock was kept for it, and is free now: one of the sleepers has to be roused. */
export function forgoMutex(words: Int32Array, neighbours: Neighbours): boolean {
  const { who } = neighbours;
  Atomics.compareExchange(words, HUNGRY, who, 0);
  if (steps.at !== null) steps.at("mutex.forgone");
  return Atomics.compareExchange(words, HOLDER, ~who, 0) === ~who;
}

/**
 * A thread has died. It may have been hungry, with another just about to keep the lock for it; or it may have kept the lock for one that had given up. Everybody looks
 * after that.
 */
export function mendMutex(words: Int32Array, dead: number): void {
  Atomics.compareExchange(words, HUNGRY, dead, 0);
  const holder = Atomics.load(words, HOLDER);
  if (holder < 0 && Atomics.load(words, HUNGRY) !== ~holder) Atomics.compareExchange(words, HOLDER, holder, 0);
}

/** Makes a poisoned lock free. Says whether it was poisoned. */
export function repairMutex(words: Int32Array, neighbours: Neighbours): boolean {
  const holder = Atomics.load(words, HOLDER);
  if (holder <= 0 || neighbours.commons.isAlive(holder)) return false;
  return Atomics.compareExchange(words, HOLDER, holder, 0) === holder;
}
