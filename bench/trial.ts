// What one run of one workload answers, and the instruments a workload measures with.
//
// A trial sets itself up, times only the part its name promises, and hands back what it computed.
// It does not judge: `workloads.ts` knows the right answer, for every subject the same.

export interface Outcome {
  /** Nanoseconds the timed part took, all operations together. */
  readonly ns: number;
  /** What the workload computed; compared with the right answer by the harness. */
  readonly answer: number;
  /** Bytes gained by the tasks or workers that were made; only where memory is what is measured. */
  readonly bytes?: number;
  /** Nanoseconds that half the operations took at most; only where latency is what is measured. */
  readonly p50?: number;
  /** The same of 99 of 100. */
  readonly p99?: number;
}

/** Every workload file of every JavaScript subject exports one, named `trial`, or several under the names of the parts. */
export type Trial = (size: number) => Promise<Outcome>;

/** Exported as `close` where something is kept from one trial to the next: ends it. */
export type Close = () => Promise<void>;

/** Monotonic time in nanoseconds. */
export function clock(): number {
  return performance.now() * 1e6;
}

/** Monotonic time in nanoseconds, the same in all threads of this process. */
export function sharedClock(): number {
  return Number(process.hrtime.bigint());
}

/** The outcome of a trial that measured how long each of its operations took. Sorts what it is given. */
export function latencyOutcome(latencies: Float64Array, answer: number): Outcome {
  const sorted = latencies.sort();
  const ns = sorted.reduce((sum, latency) => sum + latency, 0);
  return { ns, answer, p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99) };
}

/** Bytes in use after a full collection. Needs `--expose-gc`. */
export function liveBytes(): number {
  collect();
  const usage = process.memoryUsage();
  return usage.heapUsed + usage.external;
}

/** Bytes of memory the process has, all its threads together, after a full collection in this one. */
export function residentBytes(): number {
  collect();
  return process.memoryUsage.rss();
}

export function collect(): void {
  const gc = (globalThis as { gc?: () => void }).gc;
  if (gc === undefined) throw new Error("bench: start this process with --expose-gc");
  gc();
  gc();
}

/** The smallest of the values that so large a share of them do not exceed. */
function percentile(sorted: Float64Array, share: number): number {
  return sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN;
}
