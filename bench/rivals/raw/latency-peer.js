// The thread at the other end: collects latencies, or sends everything back.

import { parentPort } from "node:worker_threads";

parentPort?.on("message", ({ what, size, port }) => {
  if (what === "collect") {
    const latencies = new Float64Array(size);
    let i = 0;
    port.on("message", (/** @type {number} */ sent) => {
      latencies[i++] = Number(process.hrtime.bigint()) - sent;
      if (i === size) port.postMessage(latencies);
    });
  } else {
    port.on("message", (/** @type {number} */ n) => port.postMessage(n));
  }
  port.postMessage("listening");
});
