// The other of the two threads.

import { parentPort } from "node:worker_threads";
import { keysOf, visit } from "../../visits.js";
import { SharedMap } from "./map.js";

parentPort?.on("message", ({ map, count, operations, gate }) => {
  Object.setPrototypeOf(map, SharedMap.prototype);
  const keys = keysOf(count);
  parentPort?.postMessage("ready");
  Atomics.wait(gate, 0, 0);
  parentPort?.postMessage(visit(map, keys, operations, 0.5));
});
