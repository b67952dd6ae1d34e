// The one hook for observers: traces, statistics, the tester. Null in production, so that it costs one comparison where it is asked.

import type { Awaited } from "./waiter.ts";

/** A task, as observers see it. */
export interface Seen {
  readonly id: number;
  readonly name: string;
  readonly status: string;
}

/** Each method is called synchronously and must not call back into the library, but for reading. */
export interface Probe {
  spawned?(task: Seen, owner: Seen | null): void;
  ended?(task: Seen): void;
  /** A task is about to have its turn. */
  stepping?(task: Seen): void;
  /** A task has had its turn; `waitsFor` is what it is parked at, or null. */
  stepped?(task: Seen, waitsFor: Awaited | null): void;
}
