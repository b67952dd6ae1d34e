// Waiting without giving the processor back, between two looks at shared memory.

const scratch = new Int32Array(1);
const MOST_PAUSES = 32;
const PAUSE = 16;

/** Does nothing for some ten nanoseconds at a time. Not with Atomics.pause: on a virtual machine that may cost the thread its processor. */
export function relax(times: number): void {
  for (let i = Math.min(times, MOST_PAUSES) * PAUSE; i > 0; i--) Atomics.load(scratch, 0);
}
