// The thread that receives the messages and answers their sum.

import { parentPort } from "node:worker_threads";

parentPort?.on("message", ({ what, size, port }) => {
  let left = size;
  let sum = 0;
  const done = () => {
    port.postMessage(sum);
    port.close();
  };
  if (what === "numbers") {
    port.on("message", (/** @type {number} */ n) => {
      sum += n;
      if (--left === 0) done();
    });
  } else {
    port.on("message", (/** @type {import("../../payload.ts").Reading} */ { id, value }) => {
      sum += id + value;
      if (--left === 0) done();
    });
  }
  port.postMessage("listening");
});
