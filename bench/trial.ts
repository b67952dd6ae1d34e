// What one run of one workload answers, and the two instruments a workload measures with.
//
// A trial sets itself up, times only the part its name promises, and hands back what it computed.
// It does not judge: `workloads.ts` knows the right answer, for every subject the same.

export interface Outcome {
  /** Nanoseconds the timed part took, all operations together. */
  readonly ns: number;
  /** What the workload computed; compared with the right answer by the harness. */
  readonly answer: number;
  /** Bytes gained by the tasks that were made; only where memory is what is measured. */
  readonly bytes?: number;
}

/** Every workload file of every JavaScript subject exports one, named `trial`. */
export type Trial = (size: number) => Promise<Outcome>;

/** Monotonic time in nanoseconds. */
export function clock(): number {
  return performance.now() * 1e6;
}

/** Bytes in use after a full collection. Needs `--expose-gc`. */
export function liveBytes(): number {
  collect();
  const usage = process.memoryUsage();
  return usage.heapUsed + usage.external;
}

export function collect(): void {
  const gc = (globalThis as { gc?: () => void }).gc;
  if (gc === undefined) throw new Error("bench: start this process with --expose-gc");
  gc();
  gc();
}
