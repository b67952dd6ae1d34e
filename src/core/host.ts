// What the core needs of the world, given to it from outside: time, turns of the event loop, randomness, and who goes next.
//
// Production has a host on Node and no policy; a test has a host on virtual time and a policy of its own. Both run the same code.

import type { Leaf } from "./leaf.ts";
import type { Tasklet } from "./task.ts";
import type { ChoiceKind, Runner } from "./waiter.ts";

export interface Host {
  /** Milliseconds on a clock that never goes back, with a fraction. */
  now(): number;
  /** A 32-bit number to seed a run with that was given no seed. */
  entropy(): number;
  /** Calls back before the event loop turns (a microtask). */
  soon(run: () => void): void;
  /** Calls back after the event loop has turned once. Keeps the process alive until then. */
  turn(run: () => void): void;
  /** The same, but neither keeps the process alive nor delays it: tells that the loop has turned. */
  turned(run: () => void): void;
  /** Sets the one alarm to go off at `deadline` on this clock, in place of the one set before. Keeps the process alive. */
  alarm(deadline: number, run: () => void): void;
  /** Takes the alarm back. */
  silence(): void;
  /** Calls back each time nothing is left that could wake anybody, until told to stop. */
  watch(dry: () => void): () => void;
  /** Once, after `ms`, without keeping the process alive. Returns how to take it back. */
  later(ms: number, run: () => void): () => void;
  /** Tells a person something that no promise carries. */
  warn(text: string): void;
  /** Lets time jump, where time is virtual. */
  leap?(to: number): void;
  /** What runs a function in the async context (AsyncLocalStorage) of now, or null where there are no such contexts. */
  capture(): ((run: () => void) => void) | null;
}

/** The other threads, as the scheduler of this one sees them. */
export interface Neighbours {
  /** A turn begins: if the thread has slept, it does no longer. */
  wake(): void;
  /** The run queue is empty: looks whether another thread has something for this one. True if tasks may have become ready; false if the thread is ready to sleep. */
  rest(): boolean;
  /** Looks without sleeping, while there are tasks to run. */
  look(): boolean;
  /** Nothing here can go on by itself: may another thread still change that? */
  mayWake(): boolean;
  /** What the tasks of other threads wait for, in words, each line indented; "" if nothing is known of any. */
  elsewhere(): string;
}

/** Answers the choices there are, and is told of the steps that are taken. Choice 0 is what production does. */
export interface Policy {
  /** May the timer that is due first go off while tasks can run? Otherwise time stands still until none can. */
  readonly racy: boolean;
  /** A whole number below `n`; for kind "task" among those in `ready`, also if there is but one. */
  choose(kind: ChoiceKind, n: number, ready: Ready | null): number;
  /** A step is about to be taken: one visible operation, which completes or waits. */
  began(task: Tasklet<unknown>, leaf: Leaf<unknown>): void;
  /** The timer that is due first was chosen to go off. */
  leapt(to: number): void;
  /** The program can never go on, and is cancelled for that. */
  judged(): void;
}

/** Who can be chosen, as of one choice. */
export interface Ready {
  /** Is the first task the one that runs, which could go on? */
  readonly current: boolean;
  /** The choice that is the timer, or -1. */
  readonly timer: number;
  /** The task that a choice stands for; null for the timer. */
  at(choice: number): Runner | null;
}
