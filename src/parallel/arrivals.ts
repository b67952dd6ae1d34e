// Messages that hold objects which this thread does not know yet, or whose kind it is yet to load: they wait until it does.

import { directory } from "./directory.ts";
import type { Watched } from "./message.ts";
import { here } from "./neighbours.ts";

interface Arrival {
  readonly objects: readonly number[];
  readonly unpack: () => void;
}

const waiting: Arrival[] = [];

/** Looked at whenever a message has come, or a kind has been loaded. */
const arrivals: Watched = {
  get isWanted() {
    return waiting.length > 0;
  },
  look() {
    let done = false;
    for (const arrival of waiting.splice(0)) {
      if (!areKnown(arrival.objects)) waiting.push(arrival);
      else {
        done = true;
        arrival.unpack();
      }
    }
    return done;
  },
  announce() {},
  withdraw() {},
};

/** Unpacks a message as soon as the objects in it are known here: perhaps at once. */
export function whenKnown(objects: readonly number[], unpack: () => void): void {
  if (areKnown(objects)) {
    unpack();
    return;
  }
  waiting.push({ objects, unpack });
  here().watch(arrivals);
}

/** All of them are asked for that are not. */
function areKnown(objects: readonly number[]): boolean {
  let known = 0;
  for (const id of objects) if (directory().knows(id)) known++;
  return known === objects.length;
}
