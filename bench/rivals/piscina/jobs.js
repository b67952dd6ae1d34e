// What Piscina's workers do.

import { move } from "piscina";

/** @param {Uint8Array} bytes */
export function moved(bytes) {
  return move(bytes);
}

export { burn, next, same } from "../../jobs.js";
