// The computing that workers are given, the same for every subject. JavaScript, as all that runs inside workers here.

/** So many iterations take about 5 ms on the machine of RESULTS.md. */
export const FIVE_MS = 4_400_000;

/** What `burn(FIVE_MS)` answers. */
export const BURNT = -221114495;

/**
 * @param {number} iterations
 * @returns {number}
 */
export function burn(iterations) {
  let state = 1;
  for (let i = 0; i < iterations; i++) state = (Math.imul(state, 1664525) + 1013904223) | 0;
  return state;
}
