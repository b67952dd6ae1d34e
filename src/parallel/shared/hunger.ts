// The mark of a thread that has waited long: see mutex-words.ts, in whose way this is written.

import type { Neighbours } from "../neighbours.ts";

/** This thread has waited long, and names itself in a word. Says whether it stands there; if not, another thread does that waits. */
export function hunger(words: Int32Array, at: number, neighbours: Neighbours): boolean {
  const { who } = neighbours;
  const other = Atomics.compareExchange(words, at, 0, who);
  if (other === 0 || other === who) return true;
  return !neighbours.commons.isAlive(other) && Atomics.compareExchange(words, at, other, who) === other;
}
