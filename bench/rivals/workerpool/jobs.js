// What workerpool's workers do.

import workerpool from "workerpool";
import { burn, next, same } from "../../jobs.js";

/** @param {Uint8Array} bytes */
function moved(bytes) {
  return new workerpool.Transfer(bytes, [bytes.buffer]);
}

workerpool.worker({ next, same, moved, burn });
