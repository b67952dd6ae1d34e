// Ping-pong, in explored runs of 50 round trips.

import type { Outcome } from "../trial.ts";
import { explorations, pingPong } from "./short.ts";

export function trial(size: number): Promise<Outcome> {
  return explorations(pingPong, size);
}
