// What a pool stands on: threads, or processes.

import type { Employer } from "./call.ts";
import type { Histogram } from "./histogram.ts";

/** What `stats()` of a pool answers: calls of this thread, and the workers. Times are in milliseconds. */
export interface PoolStats {
  /** Calls that no worker has taken yet, of all threads. */
  readonly queued: number;
  /** Calls that are being run. */
  readonly running: number;
  readonly done: number;
  readonly failed: number;
  /** The share of their time that the workers were busy, on average, from 0 to 1. */
  readonly utilisation: number;
  /** How long calls took, once begun. */
  readonly run: Histogram;
  /** How long they had waited before. */
  readonly wait: Histogram;
  readonly workers: readonly {
    readonly id: number;
    readonly running: number;
    readonly done: number;
    readonly memoryMb: number;
  }[];
}

export interface Backend {
  /** Was it started by this thread? */
  readonly isOwn: boolean;
  /** Makes the calls of this thread. */
  readonly employer: Employer;
  /** How many workers it may have, and has. */
  readonly size: number;
  readonly hired: number;
  /** Calls of this thread that are not over. */
  readonly underWay: number;
  /** Starts all workers it may have, and answers their numbers, for calls that are for one of them; null where that is another thread's. */
  hireAll(): number[] | null;
  stats(): PoolStats;
  /** Takes no more calls, waits for those that are under way, and ends the workers. */
  close(): Promise<void>;
}
