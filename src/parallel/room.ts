// Those of a thread who wait for room in a ring.

import { Line } from "./line.ts";
import { here } from "./neighbours.ts";
import type { Ring } from "./ring.ts";
import { SENDERS } from "./ring-layout.ts";

/** Free places that are worth going on for. */
const MUCH = 32;
/** A thread that has something to do between all looks is never long at it: so its senders do not wait for ever. */
const MOST_WAITS = 64;

/**
 * Those who wait for room. While this thread has nothing else to do it lets several places become free before it fills them: whoever fills each as it becomes free, and looks for
 * the next, takes the words of the ring from the receiver again and again, and both are slower than either.
 */
export class Room extends Line {
  declare private readonly ring: Ring;
  /** Looks in a row that found room, but not much. */
  declare private waits: number;

  constructor(words: Int32Array, ring: Ring) {
    super(words, SENDERS);
    this.ring = ring;
    this.waits = 0;
  }

  override look(): boolean {
    if (here().isPatient && this.isScarce && this.waits < MOST_WAITS) {
      this.waits++;
      return false;
    }
    this.waits = 0;
    return super.look();
  }

  private get isScarce(): boolean {
    const { ring } = this;
    return ring.length > ring.capacity - Math.min(ring.capacity >> 2, MUCH) && !ring.isClosed;
  }
}
