// Two tasks that count in a cell, a mutex around it, in short runs.

import type { Outcome } from "../trial.ts";
import { locked, runs } from "./short.ts";

export function trial(size: number): Promise<Outcome> {
  return runs(locked, size);
}
