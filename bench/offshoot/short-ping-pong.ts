// Ping-pong, in runs of 50 round trips.

import type { Outcome } from "../trial.ts";
import { pingPong, runs } from "./short.ts";

export function trial(size: number): Promise<Outcome> {
  return runs(pingPong, size);
}
