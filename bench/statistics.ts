// The three numbers we print of a sample, and nothing cleverer: on a shared machine a mean says what the neighbours did.

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Of an even number of values, the median is the mean of the middle two. An empty sample is misuse. */
export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const low = sorted[(sorted.length - 1) >> 1];
  const high = sorted[sorted.length >> 1];
  const min = sorted[0];
  const max = sorted.at(-1);
  if (low === undefined || high === undefined || min === undefined || max === undefined)
    throw new RangeError("spread: no values");
  return { median: (low + high) / 2, min, max };
}

export function median(values: readonly number[]): number {
  return spread(values).median;
}
