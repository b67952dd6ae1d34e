// What is called in workers, for the pools that call exported functions as they are. JavaScript, as all that runs
// inside workers here.

/**
 * @param {number} n
 * @returns {number}
 */
export function next(n) {
  return n + 1;
}

/**
 * @template T
 * @param {T} value
 * @returns {T}
 */
export function same(value) {
  return value;
}

export { burn } from "./burn.js";
