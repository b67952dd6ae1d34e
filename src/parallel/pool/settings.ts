// The options of a pool, checked, with their defaults.

import { availableParallelism } from "node:os";
import type { ResourceLimits } from "node:worker_threads";
import { describeValue } from "../../base/errors.ts";
import { misuse } from "../../core/leaf.ts";

export interface PoolOptions {
  /** How many worker threads at most; they are started as calls need them. Default: as many as there are cores. */
  readonly threads?: number | undefined;
  /** Processes instead of threads: how many at most. They share nothing, so shared objects cannot be given to them. */
  readonly processes?: number | undefined;
  /** For messages and reports. Default: "pool". */
  readonly name?: string | undefined;
  /** Milliseconds that a cancelled call gets to clean up before its thread is replaced. Default: 1 000. Infinity: it is waited for. */
  readonly grace?: number | undefined;
  /** Milliseconds a call may take from when a worker has begun it. Default: no limit. */
  readonly timeout?: number | undefined;
  /** Milliseconds after which a worker ends that has had nothing to do. Default: never. */
  readonly idle?: number | undefined;
  /** Calls that may wait with their arguments copied; those above keep theirs until there is room. Default: no limit. */
  readonly queue?: number | undefined;
  /** What each thread may use of memory; see `resourceLimits` of Node's `Worker`. */
  readonly limits?: ResourceLimits | undefined;
  /** After how many calls, or from how much memory of its own on, a worker is replaced by a fresh one. Default: never. */
  readonly recycle?: { readonly tasks?: number | undefined; readonly memoryMb?: number | undefined } | undefined;
}

export interface Settings {
  readonly threads: number;
  /** Above 0: instead of threads. */
  readonly processes: number;
  readonly idle: number;
  readonly name: string;
  readonly grace: number;
  readonly timeout: number;
  readonly most: number;
  readonly limits: ResourceLimits | undefined;
  readonly tasks: number;
  readonly memoryMb: number;
}

const MOST_THREADS = 120;
const MOST_PROCESSES = 1_000;

export function checked(options: PoolOptions): Settings {
  if (typeof options !== "object" || options === null)
    throw misuse(`Pool: options must be an object, got ${describeValue(options)}.`);
  const { threads = Math.min(availableParallelism(), MOST_THREADS), name = "pool", limits, recycle = {} } = options;
  const { grace = 1_000, timeout = Number.POSITIVE_INFINITY, queue = Number.POSITIVE_INFINITY } = options;
  const { processes, idle = Number.POSITIVE_INFINITY } = options;
  if (processes !== undefined && (!Number.isInteger(processes) || processes < 1 || processes > MOST_PROCESSES))
    throw misuse(
      `Pool: processes must be a whole number from 1 to ${MOST_PROCESSES}, got ${describeValue(processes)}.`,
    );
  if (processes !== undefined && options.threads !== undefined)
    throw misuse("Pool: it has either threads or processes. Leave one out, or make two pools.");
  if (processes !== undefined && limits !== undefined)
    throw misuse("Pool: limits are for threads. Give processes theirs with NODE_OPTIONS, or leave them out.");
  duration("idle", idle);
  if (!Number.isInteger(threads) || threads < 1 || threads > MOST_THREADS)
    throw misuse(
      `Pool: threads must be a whole number from 1 to ${MOST_THREADS}, got ${describeValue(threads)}. Leave it out for one a core.`,
    );
  if (typeof name !== "string") throw misuse(`Pool: the name must be a string, got ${describeValue(name)}.`);
  if (typeof recycle !== "object" || recycle === null)
    throw misuse(`Pool: recycle must be an object, got ${describeValue(recycle)}.`);
  if (limits !== undefined && (typeof limits !== "object" || limits === null))
    throw misuse(`Pool: limits must be an object as resourceLimits of Worker, got ${describeValue(limits)}.`);
  duration("grace", grace);
  duration("timeout", timeout);
  atLeast("queue", queue, 0);
  const { tasks = Number.POSITIVE_INFINITY, memoryMb = Number.POSITIVE_INFINITY } = recycle;
  atLeast("recycle.tasks", tasks, 1);
  atLeast("recycle.memoryMb", memoryMb, 1);
  return { threads, processes: processes ?? 0, idle, name, grace, timeout, most: queue, limits, tasks, memoryMb };
}

function duration(what: string, ms: unknown): void {
  if (typeof ms !== "number" || !(ms >= 0))
    throw misuse(`Pool: ${what} must be a number of milliseconds, at least 0, got ${describeValue(ms)}.`);
}

function atLeast(what: string, n: unknown, least: number): void {
  if (typeof n !== "number" || !(n >= least))
    throw misuse(`Pool: ${what} must be a number of at least ${least}, got ${describeValue(n)}.`);
}

export interface MapOptions {
  /** Items that go to a worker in one call. Default: 1. */
  readonly chunk?: number | undefined;
  /** Do the results come in the order of the items? Default: true. */
  readonly ordered?: boolean | undefined;
}

export function checkedMap(
  options: MapOptions,
): Required<{ readonly [K in keyof MapOptions]: NonNullable<MapOptions[K]> }> {
  if (typeof options !== "object" || options === null)
    throw misuse(`Pool.map: options must be an object, got ${describeValue(options)}.`);
  const { chunk = 1, ordered = true } = options;
  if (!Number.isInteger(chunk) || chunk < 1)
    throw misuse(`Pool.map: chunk must be a whole number of at least 1, got ${describeValue(chunk)}.`);
  if (typeof ordered !== "boolean")
    throw misuse(`Pool.map: ordered must be true or false, got ${describeValue(ordered)}.`);
  return { chunk, ordered };
}
