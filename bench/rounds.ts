// Interleaved rounds: A B C, A B C, ..., so that what disturbs the machine disturbs all alike.
//
// A process answers with several repetitions, of which the median counts as the round's figure. Ratios are taken
// within a round, and the median of those is the ratio: drift between rounds cancels.

import { type Contender, measure, sizeFor } from "./contenders.ts";
import { median, type Spread, spread } from "./statistics.ts";
import type { Figure, Workload } from "./workload.ts";

/** What one contender did in one workload: per figure, a value for each round. */
export interface Sample {
  readonly contender: Contender;
  readonly size: number;
  readonly values: Readonly<Record<Figure, readonly number[]>>;
  /** Why the sample must not be used, if so. */
  readonly failure: string | undefined;
}

export interface Result {
  readonly workload: Workload;
  readonly samples: readonly Sample[];
}

export interface RoundOptions {
  readonly rounds: number;
  readonly smoke: boolean;
  readonly progress: (text: string) => void;
}

/**
 * The workloads in lists that are to compete together: those that a bar holds against one another, so that the same
 * disturbs both.
 */
export function batches(workloads: readonly Workload[]): readonly (readonly Workload[])[] {
  let lists: (readonly Workload[])[] = [];
  for (const workload of workloads) {
    const compared = workload.bars.map((bar) => bar.elsewhere);
    const isCompared = (list: readonly Workload[]): boolean => list.some(({ name }) => compared.includes(name));
    const joined = [...lists.filter(isCompared).flat(), workload];
    lists = [...lists.filter((list) => !isCompared(list)), joined];
  }
  return lists;
}

/** Measures the workloads in turns, each with all contenders that can say it. */
export async function compete(
  workloads: readonly Workload[],
  contenders: readonly Contender[],
  options: RoundOptions,
): Promise<readonly Result[]> {
  const results = workloads.map((workload) => ({ workload, samples: samplesOf(workload, contenders, options.smoke) }));
  for (let round = 1; round <= options.rounds; round++) {
    for (const { workload, samples } of results) {
      for (const sample of samples) if (sample.failure === undefined) await add(workload, sample, round, options);
    }
  }
  return results;
}

/** A sample while it is being taken. */
interface Taking extends Sample {
  readonly values: Readonly<Record<Figure, number[]>>;
  failure: string | undefined;
}

function samplesOf(workload: Workload, contenders: readonly Contender[], smoke: boolean): readonly Taking[] {
  return contenders
    .map((contender) => ({
      contender,
      size: sizeFor(contender, workload, smoke),
      values: { ns: [], bytes: [], p50: [], p99: [] },
      failure: undefined,
    }))
    .filter(({ size }) => size > 0);
}

async function add(workload: Workload, sample: Taking, round: number, options: RoundOptions): Promise<void> {
  const { contender, values } = sample;
  options.progress(`${workload.name} ${contender.label} ${round}/${options.rounds}`);
  try {
    const outcomes = await measure(contender, workload, options.smoke);
    for (const figure of workload.figures)
      values[figure].push(median(outcomes.map((outcome) => outcome[figure] ?? Number.NaN)));
  } catch (error) {
    sample.failure = error instanceof Error ? error.message : String(error);
    options.progress(`${workload.name} ${contender.label} FAILED: ${sample.failure}`);
  }
}

/** The sample under that label, if it took part and did not fail. */
export function sampleOf(result: Result, label: string): Sample | undefined {
  return result.samples.find((sample) => sample.contender.label === label && sample.failure === undefined);
}

/** How many times the other's figure the one's is, round by round. Undefined where either is missing. */
export function ratio(one: Sample | undefined, other: Sample | undefined, figure: Figure): Spread | undefined {
  const mine = one?.values[figure] ?? [];
  const theirs = other?.values[figure] ?? [];
  const ratios = mine.map((value, i) => value / (theirs[i] ?? Number.NaN)).filter((value) => Number.isFinite(value));
  return ratios.length === 0 ? undefined : spread(ratios);
}
