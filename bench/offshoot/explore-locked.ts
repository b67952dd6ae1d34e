// Two tasks that count in a cell, a mutex around it, in short runs that are explored.

import type { Outcome } from "../trial.ts";
import { explorations, locked } from "./short.ts";

export function trial(size: number): Promise<Outcome> {
  return explorations(locked, size);
}
