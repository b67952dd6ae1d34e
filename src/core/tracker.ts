// What steps have to do with each other: the hooks by which a tester learns what a step looks at and changes. Null in production, so that it costs one
// comparison where it is told.
//
// An access is to a part of an object, in a mode. Two accesses to one part depend on each other, so that their order matters, if their modes differ or both are
// WRITE. A mode other than WRITE stands for a kind of access whose order among themselves makes no difference: looking at something, or counting up.
//
// Parts from 0 on order what happens: whoever comes later has seen what the one before had done by then. Parts below 0 only tell that the order matters.

import { machine } from "./machine.ts";

// Modes. Any number is a mode.
export const READ = 0;
export const WRITE = 1;
export const ADD = 2;
export const TAKE = 3;
/** Looking at what others READ only for themselves. */
export const LOOK = 4;

// Parts. What is no more than one thing is part 0.
export const SELF = 0;
/** Of a task: whether it has been cancelled. Each of its steps looks at that. */
export const LIFE = 1;
/** Of a task: whether it waits. It matters who comes first, whoever wakes it or whoever cancels it. */
export const WAIT = -7;
/** Of a channel: the place of its first value; those of the others come after it. */
export const PLACES = 2;
/** Of a channel: everything. Sends and receives only ADD to it. */
export const WHOLE = -1;
export const SENDERS = -2;
export const RECEIVERS = -3;
/** Of a scheduler: what time it is, and which timers are armed. */
export const CLOCK = -4;
/** Of what draws random numbers. */
export const CHANCE = -5;
/** The SELF of a task or a scope, for one who looks whether there is something left to cancel: by that he knows nothing of what has ended. */
export const ENDED = -8;
/** Of what is counted: it has come to its end. Makes no trace of its own: where the order matters, something else is accessed in another mode. */
export const EMPTIED = -9;
/** Of shared state: its value, where nothing orders the accesses to it. */
export const STATE = -6;

/** Who has used one end of a channel last, as far as anybody looks on: for what is said of those who wait at the other. */
export function lastAt(object: object, part: number): string | undefined {
  return machine.tracker?.lastAt(object, part) ?? undefined;
}

/** Tells that an object has been made. */
export function tellMade(object: object): void {
  if (machine.tracker !== null) machine.tracker.made(object);
}

/** Tells of an access. */
export function touch(object: object, part: number, mode: number): void {
  if (machine.tracker !== null) machine.tracker.touched(object, part, mode);
}

/** Puts accesses of code out of sight that only looks on, such as reports. */
export function unseen<T>(look: () => T): T {
  const { tracker } = machine;
  machine.tracker = null;
  try {
    return look();
  } finally {
    machine.tracker = tracker;
  }
}
