// Interleaved rounds: A B C, A B C, ..., so that what disturbs the machine disturbs all alike.
//
// A process answers with several repetitions, of which the median counts as the round's figure. Ratios are taken
// within a round, and the median of those is the ratio: drift between rounds cancels.

import { type Contender, measure, sizeFor } from "./contenders.ts";
import { median, type Spread, spread } from "./statistics.ts";
import type { Figure, Workload } from "./workloads.ts";

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

export async function compete(workload: Workload, all: readonly Contender[], options: RoundOptions): Promise<Result> {
  const { rounds, smoke, progress } = options;
  const contenders = all.filter((contender) => sizeFor(contender, workload, smoke) > 0);
  const values = contenders.map(() => ({ ns: [] as number[], bytes: [] as number[] }));
  const failures: (string | undefined)[] = contenders.map(() => undefined);
  for (let round = 1; round <= rounds; round++) {
    for (const [i, contender] of contenders.entries()) {
      if (failures[i] !== undefined) continue;
      progress(`${workload.name} ${contender.label} ${round}/${rounds}`);
      try {
        const outcomes = await measure(contender, workload, smoke);
        values[i]?.ns.push(median(outcomes.map((outcome) => outcome.ns)));
        if (workload.figures.includes("bytes"))
          values[i]?.bytes.push(median(outcomes.map((outcome) => outcome.bytes ?? Number.NaN)));
      } catch (error) {
        failures[i] = error instanceof Error ? error.message : String(error);
        progress(`${workload.name} ${contender.label} FAILED: ${failures[i]}`);
      }
    }
  }
  const samples = contenders.map((contender, i) => ({
    contender,
    size: sizeFor(contender, workload, smoke),
    values: values[i] ?? { ns: [], bytes: [] },
    failure: failures[i],
  }));
  return { workload, samples };
}

/** The sample under that label, if it took part and did not fail. */
export function sampleOf(result: Result, label: string): Sample | undefined {
  return result.samples.find((sample) => sample.contender.label === label && sample.failure === undefined);
}

/** How many times the other's figure the one's is, round by round. Undefined where either is missing. */
export function ratio(result: Result, one: string, other: string, figure: Figure): Spread | undefined {
  const mine = sampleOf(result, one)?.values[figure] ?? [];
  const theirs = sampleOf(result, other)?.values[figure] ?? [];
  const ratios = mine.map((value, i) => value / (theirs[i] ?? Number.NaN)).filter((value) => Number.isFinite(value));
  return ratios.length === 0 ? undefined : spread(ratios);
}
