// What holds while a simulation is under way: where operations belong that are awaited outside tasks, and whose the globals are.

import { machine } from "../core/machine.ts";
import type { Home } from "../core/waiter.ts";

/** The simulations under way, the one whose turn it is last; before them what was there without any. */
const homes: (Home | null)[] = [];

export function enter(home: Home): void {
  if (homes.length === 0) homes.push(machine.ambient);
  homes.push(home);
  machine.ambient = home;
}

/** Is there one simulation under way, or none? */
export const isAlone = (): boolean => homes.length <= 2;

/** From now on operations belong to this one. */
export function makeCurrent(home: Home): void {
  if (homes.at(-1) === home) return;
  homes.splice(homes.indexOf(home), 1);
  homes.push(home);
  machine.ambient = home;
}

export function leave(home: Home): void {
  homes.splice(homes.indexOf(home), 1);
  machine.ambient = homes.at(-1) ?? null;
  if (homes.length === 1) homes.pop();
}
