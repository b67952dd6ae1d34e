// The computing of the pools, without a pool: a loop.

import { burn, FIVE_MS } from "../../burn.js";
import { clock, type Outcome } from "../../trial.ts";

export async function compute(size: number): Promise<Outcome> {
  const begin = clock();
  let answer = 0;
  for (let i = 0; i < size; i++) answer += burn(FIVE_MS);
  return { ns: clock() - begin, answer };
}
