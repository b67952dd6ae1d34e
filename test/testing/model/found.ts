// What an exploration of all orders finds, in numbers.

import { type ExploreOptions, explore } from "offshoot/testing";

export interface Found {
  readonly runs: number;
  readonly outcomes: number;
  /** Runs that could not go on. */
  readonly stuck: number;
}

let explorations = 0;

/** Explores a body that starts tasks, and returns what they will have made of it when they have ended. */
export async function found(body: () => object, options: ExploreOptions = {}): Promise<Found> {
  const name = `known ${process.pid} ${++explorations}`;
  const dfs = { name, strategy: "dfs", races: "ignore", keepGoing: true, timeMs: 60_000 } as const;
  const { runs, outcomes } = await explore(body, { ...dfs, ...options });
  let succeeded = 0;
  for (const { count } of outcomes.values()) succeeded += count;
  return { runs, outcomes: outcomes.size, stuck: runs - succeeded };
}
