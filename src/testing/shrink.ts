// Shrinking a failing schedule: fewer deviations from production's order, and smaller ones, that still end in the same failure.
//
//   1 cut off the end, as much as can be, by halves
//   2 take out each deviation
//   3 lower each
//   4 search among the schedules that have fewer: taking out a deviation changes what the later ones mean, so 2 may end with more than are needed

import { delays, Search } from "./policies/search.ts";
import { type Deviation, deviationsOf, madeIn } from "./schedule.ts";
import type { Point, Strategy } from "./strategy.ts";
import { signatureOf, type Trial } from "./trial.ts";

export interface Shrunk {
  readonly deviations: readonly Deviation[];
  /** How often the program was run for it. */
  readonly runs: number;
}

type Run = (strategy: Strategy) => Promise<Trial>;

/** The choices of a run as one list of values: what is shrunk. Each is 0 where production's choice was made. */
type Values = readonly number[];

const MOST_RUNS = 500;

export async function shrink(failing: Trial, run: Run): Promise<Shrunk> {
  const wanted = signatureOf(failing);
  let runs = 0;
  let best: Trial = failing;

  /** Keeps the run if it fails in the same way. */
  const triesAs = async (strategy: Strategy): Promise<boolean> => {
    if (runs >= MOST_RUNS) return false;
    runs++;
    const trial = await run(strategy);
    if (signatureOf(trial) !== wanted) return false;
    best = trial;
    return true;
  };
  /** Tries these values, with 0 for all that follow. */
  const tries = (values: Values): Promise<boolean> => triesAs(new Fixed(values));
  const values = (): number[] => best.choices.map(madeIn);

  // 1
  for (let low = 0, high = lastDeviation(values()) + 1; low < high; ) {
    const middle = (low + high) >> 1;
    if (await tries(values().slice(0, middle))) high = Math.min(middle, lastDeviation(values()) + 1);
    else low = middle + 1;
  }
  // 2
  for (let i = lastDeviation(values()); i >= 0; i = previousDeviation(values(), i)) {
    const fewer = values();
    fewer[i] = 0;
    await tries(fewer);
  }
  // 3
  for (let i = lastDeviation(values()); i >= 0; i = previousDeviation(values(), i)) {
    for (let lower = values(); (lower[i] ?? 0) > 1; lower = values()) {
      lower[i] = (lower[i] as number) - 1;
      if (!(await tries(lower))) break;
    }
  }
  // 4
  for (let fewer = 0; fewer < deviationsOf(best.choices).length; fewer++) {
    const search = new Search(delays, fewer);
    while (!(await triesAs(search)) && runs < MOST_RUNS && search.next());
  }
  return { deviations: deviationsOf(best.choices), runs };
}

/** Makes the choices of a list, and 0 after its end. */
class Fixed implements Strategy {
  declare private readonly values: Values;

  constructor(values: Values) {
    this.values = values;
  }

  pick({ n, index }: Point): number {
    return Math.min(this.values[index] ?? 0, n - 1);
  }
}

const lastDeviation = (values: Values): number => previousDeviation(values, values.length);

function previousDeviation(values: Values, from: number): number {
  for (let i = Math.min(from, values.length) - 1; i >= 0; i--) if (values[i] !== 0) return i;
  return -1;
}
