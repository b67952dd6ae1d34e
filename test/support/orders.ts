// Runs a body on virtual time in many orders: once in production's order, and once for each seed below n.

import type { Checked } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";

/** The seed is part of the error, so that a failure can be run again by itself. */
export async function orders<R>(n: number, body: () => R & Checked<R>): Promise<void> {
  await simulate(body);
  for (let seed = 0; seed < n; seed++) {
    try {
      await simulate(body, { seed });
    } catch (error) {
      throw new Error(`in the order of seed ${seed}`, { cause: error });
    }
  }
}
