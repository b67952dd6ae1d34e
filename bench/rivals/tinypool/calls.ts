// Calls on tinypool.

import { callTrials } from "../calls.ts";
import { open } from "./pool.ts";

export const { one, hundred, batch, idle, object, copy, move, compute, idleWorkers, start, close } = callTrials(open);
