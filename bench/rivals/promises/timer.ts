// Timers of Node set and cleared while many others are running.
//
// The first pass is not timed: in it the collector moves the many to where it leaves them alone.

import { clock, type Outcome } from "../../trial.ts";
import { disperse, gather } from "./crowd.ts";

export async function trial(size: number): Promise<Outcome> {
  const crowd = gather();
  clearAll(size);
  const start = clock();
  const answer = clearAll(size);
  const ns = clock() - start;
  disperse(crowd);
  return { ns, answer };
}

function clearAll(size: number): number {
  let cleared = 0;
  const fire = (): void => {
    cleared--;
  };
  for (let i = 0; i < size; i++) {
    clearTimeout(setTimeout(fire, 60_000));
    cleared++;
  }
  return cleared;
}
