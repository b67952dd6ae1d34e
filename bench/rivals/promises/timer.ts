// Timers of Node set and cleared while many others are running.

import { clock, type Outcome } from "../../trial.ts";
import { disperse, gather } from "./crowd.ts";

export async function trial(size: number): Promise<Outcome> {
  const crowd = gather();
  let stopped = 0;
  const fire = (): void => {
    stopped--;
  };
  const start = clock();
  for (let i = 0; i < size; i++) {
    clearTimeout(setTimeout(fire, 60_000));
    stopped++;
  }
  const ns = clock() - start;
  disperse(crowd);
  return { ns, answer: stopped };
}
