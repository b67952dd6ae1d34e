// Bytes in use, as exactly as can be had: everything that can be collected has been.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Collects, lets finalizers and microtasks run, and collects again. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 3; i++) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

export async function bytes(): Promise<number> {
  await settle();
  return process.memoryUsage().heapUsed;
}
