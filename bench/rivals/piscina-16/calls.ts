// Calls on Piscina with up to 16 calls at once in each worker.

import { callTrials } from "../calls.ts";
import { opener } from "../piscina/pool.ts";

export const { one, hundred, batch, idle, object, copy, move, compute, idleWorkers, start, close } = callTrials(
  opener(16),
);
