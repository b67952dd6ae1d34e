// A plain map, on one thread, which does what elsewhere two do.

import { clock, type Outcome } from "../../trial.ts";
import { keysOf, visit } from "../../visits.js";

export async function trial(size: number): Promise<Outcome> {
  const keys = keysOf(size / 10);
  const begin = clock();
  const map = new Map<string, number>();
  const wrong = visit(map, keys, size, 0);
  return { ns: clock() - begin, answer: map.size - wrong };
}
