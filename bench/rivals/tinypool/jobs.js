// What Tinypool's workers do.

import { Tinypool } from "tinypool";

/** @param {Uint8Array} bytes */
export function moved(bytes) {
  return Tinypool.move(bytes);
}

export { burn, next, same } from "../../jobs.js";
