// Calls on Piscina as it comes: one call at a time in each worker.

import { callTrials } from "../calls.ts";
import { opener } from "./pool.ts";

export const { one, hundred, batch, idle, object, copy, move, compute, idleWorkers, start, close } = callTrials(
  opener(1),
);
