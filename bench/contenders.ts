// Who takes part, and how one of them is made to run one workload in a process of its own.

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Outcome } from "./trial.ts";
import type { Subject, Workload } from "./workload.ts";

/** The folder this project lies in. */
export const ROOT: string = join(import.meta.dirname, "..");

export const GO_BINARY: string = join(ROOT, ".cache/bench/rivals");

/** A subject as it stands in one folder: two revisions of offshoot are two contenders. */
export interface Contender {
  readonly label: string;
  readonly subject: Subject;
  /** The folder whose `bench/` and whose package are used. */
  readonly root: string;
  /** Whether `offshoot` is its sources, not the built package. */
  readonly source: boolean;
}

/** Above what any workload needs, so that no rival fails for want of memory. */
const HEAP_MEGABYTES = 12_000;
const PATIENCE_MS = 240_000;
const SMOKE_REPETITIONS = 1;

const execute = promisify(execFile);

/** The size a contender is given, or 0 if it does not take part in the workload. */
export function sizeFor(contender: Contender, workload: Workload, smoke: boolean): number {
  const { subject } = contender;
  const size = workload.sizes[subject] ?? workload.size;
  if (!workload.subjects.includes(subject)) return 0;
  const file = join(ROOT, "bench", folder(subject, workload), `${workload.program}.ts`);
  // A rival that cannot say a workload has no file for it; ours that lacks one is a mistake, and fails.
  if (subject !== "go" && subject !== "offshoot" && !existsSync(file)) return 0;
  return smoke ? Math.min(size, workload.smoke) : size;
}

/**
 * Runs one measurement and checks its answers.
 *
 * @returns the figures per operation: the median of the repetitions is the caller's to take
 * @throws Error when the process fails or an answer is wrong
 */
export async function measure(contender: Contender, workload: Workload, smoke: boolean): Promise<readonly Outcome[]> {
  const size = sizeFor(contender, workload, smoke);
  const repetitions = smoke ? SMOKE_REPETITIONS : workload.repetitions;
  const warmUp = smoke ? 0 : size / workload.warmUpShare;
  const outcomes = await start(contender, workload, [size, warmUp, repetitions]);
  const right = workload.answer(size);
  for (const { answer } of outcomes) {
    if (answer !== right) throw new Error(`wrong result: ${answer} instead of ${right}`);
  }
  const operations = workload.operations(size);
  return outcomes.map((outcome) => ({
    ...outcome,
    ns: outcome.ns / operations,
    ...(outcome.bytes === undefined ? {} : { bytes: outcome.bytes / operations }),
  }));
}

async function start(contender: Contender, workload: Workload, sizes: readonly number[]): Promise<Outcome[]> {
  const { subject, root, source } = contender;
  const numbers = sizes.map(String);
  const goes = subject === "go";
  const file = goes ? GO_BINARY : process.execPath;
  const flags = [
    "--expose-gc",
    `--max-old-space-size=${HEAP_MEGABYTES}`,
    ...(source ? ["--conditions=offshoot/source"] : []),
  ];
  const args = goes
    ? [workload.program, ...numbers]
    : [
        ...flags,
        join(root, "bench/measure.ts"),
        folder(subject, workload),
        workload.program,
        workload.part,
        ...numbers,
      ];
  const { stdout } = await execute(file, args, {
    cwd: root,
    timeout: PATIENCE_MS,
    env: { ...process.env, GOMAXPROCS: "1" },
  });
  if (stdout.trim() === "") throw new Error("ended without a result");
  return JSON.parse(stdout) as Outcome[];
}

function folder(subject: Subject, { field }: Workload): string {
  return subject === "offshoot" ? field.ours : `rivals/${subject}`;
}
