// What the workers of the pool by hand do.

import { parentPort } from "node:worker_threads";
import { burn, next, same } from "../../jobs.js";

/** @type {Record<string, (argument: any) => unknown>} */
const functions = { next, same, moved: same, burn };

parentPort?.on("message", ([id, name, argument]) => {
  const value = functions[name]?.(argument);
  parentPort?.postMessage([id, value], name === "moved" ? [argument.buffer] : []);
});
