// Who is told what steps have to do with each other; see tracker.ts for what an access is. The register for it is in machine.ts.

import type { Alarm } from "./alarm.ts";
import type { Runner } from "./waiter.ts";

export interface Tracker {
  /** An object has been made whose parts steps will access. */
  made(object: object): void;
  /** The step that is under way accesses a part of an object. */
  touched(object: object, part: number, mode: number): void;
  /** Does it want to know the places of `passes`? Finding them out takes time where many wait. */
  readonly wantsPlaces: boolean;
  /** The step sends or receives: it ADDs to the WHOLE of a channel, and WRITEs one end and one place of it. */
  passes(channel: object, end: number, place: number): void;
  /** A runner that is being woken goes on after all that has accessed an object so far, not only after the step that wakes it. */
  follows(runner: Runner, object: object): void;
  /** A task has been spawned, by the step that is under way. */
  spawned(task: Runner): void;
  /** A task has ended, after all that has accessed `children`; `mode` is that of its access to `siblings`. */
  ended(task: Runner, children: object | null, siblings: object | null, mode: number): void;
  /** A timer goes off, which is a step. */
  fires(alarm: Alarm): void;
  /** Shared state is looked at or changed that orders nothing by itself. */
  shared(object: object, changes: boolean): void;
  /** Who has accessed a part of an object last, in words, if that is known. */
  lastAt(object: object, part: number): string | null;
  /** A value is being given to a channel for good, by a runner, or by code outside any task. It may have waited for that since. */
  gave(channel: object, value: unknown, by: Runner | null): void;
  /** A value that was given to a channel is being taken out of it. */
  took(value: unknown, by: Runner | null): void;
  /** Code of users is about to run outside any task, perhaps in the midst of a turn. */
  leaves(): void;
  /** It has run. */
  returns(): void;
}
