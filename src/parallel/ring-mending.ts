// What is done when a thread has died with something half done in a ring (ring.ts), in one thread at a time.
//
// Each thread writes down which ticket it wants before it claims it. A dead one had that ticket if the ticket has been given, its last step has not been done, and no
// living thread has written down the same; then the last step is looked at once more, as who has written down something else may have done it in between. A put that was
// left half done becomes a tombstone, which those who take pass over; a take is finished, and counted as lost.
//
// Invariant
//   LOST, TOMBS and DROPPED count each ticket once, even if who counts dies too: the new count is written down for the ticket first

import { type Commons, MOST_THREADS, slotOf } from "./commons.ts";
import type { Pages } from "./pages.ts";
import {
  COUNTED,
  COUNTING,
  DISCARDED,
  DROPPED,
  FIRST,
  HEAD,
  LOST,
  PAGED,
  SEQUENCE,
  SLOT_WORDS,
  signed,
  TAIL,
  TICKETS,
  TOMBS,
  TOMBSTONE,
  WANTED_BY,
  WANTED_PUT,
  WANTED_TAKE,
  wantedOf,
} from "./ring-layout.ts";

/** A ring, as this file sees it. */
interface Broken {
  readonly words: Int32Array;
  readonly mask: number;
  readonly pages: Pages;
  kindOf(ticket: number): number;
  mark(ticket: number, kind: number): void;
  publish(ticket: number, kind: number, length: number, page: number): void;
  release(ticket: number): boolean;
}

/**
 * Finishes what a thread that has died has left half done. `forget` is given what it had taken. False if a living thread may be at the same place: it goes on from there, and
 * this is to be tried again.
 */
export function mendRing(ring: Broken, commons: Commons, dead: number, forget: (ticket: number) => void): boolean {
  const { words } = ring;
  const at = wantedOf(slotOf(dead));
  if (Atomics.load(words, at + WANTED_BY) !== dead) return true;
  // 1 a put
  const put = words[at + WANTED_PUT] as number;
  if (isBeingPut(ring, put)) {
    if (isWantedByLiving(ring, commons, WANTED_PUT, put, dead)) return false;
    if (isBeingPut(ring, put)) bury(ring, put);
  }
  // 2 a take
  const take = words[at + WANTED_TAKE] as number;
  if (isBeingTaken(ring, take)) {
    if (isWantedByLiving(ring, commons, WANTED_TAKE, take, dead)) return false;
    if (isBeingTaken(ring, take)) finish(ring, take, forget);
  }
  // 3 pages it had not put yet
  ring.pages.sweep(dead);
  Atomics.store(words, at + WANTED_BY, 0);
  return true;
}

/** Throws a value away that was taken, and releases it. With the right to mend. */
export function discardIn(ring: Broken, ticket: number): void {
  ring.mark(ticket, (ring.kindOf(ticket) & PAGED) | DISCARDED);
  count(ring, DROPPED, (ticket << 1) | 1);
  ring.release(ticket);
}

/** Has this ticket been given to somebody who has not published it? */
function isBeingPut({ words, mask }: Broken, ticket: number): boolean {
  if (Atomics.load(words, FIRST + (ticket & mask) * SLOT_WORDS + SEQUENCE) !== ticket) return false;
  return signed((Atomics.load(words, TAIL) >>> 1) - ticket) > 0;
}

/** Has it been taken by somebody who has not released it? */
function isBeingTaken({ words, mask }: Broken, ticket: number): boolean {
  const sequence = Atomics.load(words, FIRST + (ticket & mask) * SLOT_WORDS + SEQUENCE);
  if (sequence !== ((ticket + 1) & TICKETS)) return false;
  return signed(Atomics.load(words, HEAD) - ticket) > 0;
}

function isWantedByLiving({ words }: Broken, commons: Commons, what: number, ticket: number, dead: number): boolean {
  for (let slot = 0; slot < MOST_THREADS; slot++) {
    const at = wantedOf(slot);
    const by = Atomics.load(words, at + WANTED_BY);
    if (by !== dead && commons.isAlive(by) && words[at + what] === ticket) return true;
  }
  return false;
}

/** Makes a tombstone of what was never published. */
function bury(ring: Broken, put: number): void {
  count(ring, TOMBS, put << 1);
  ring.pages.sweep(~put);
  ring.publish(put, TOMBSTONE, 0, 0);
}

/** Finishes a take. */
function finish(ring: Broken, take: number, forget: (ticket: number) => void): void {
  const kind = ring.kindOf(take);
  if (kind !== TOMBSTONE) {
    count(ring, (kind & ~PAGED) === DISCARDED ? DROPPED : LOST, (take << 1) | 1);
    forget(take);
  }
  ring.pages.sweep(~take);
  ring.mark(take, TOMBSTONE); // its pages are free already
  ring.release(take);
}

/** Counts what becomes of a ticket, which is known by a mark, once: who counts may die, and the next one count again. */
function count({ words }: Broken, what: number, mark: number): void {
  if (words[COUNTING] !== mark) {
    words[COUNTED] = (words[what] as number) + 1;
    words[COUNTING] = mark;
  }
  words[what] = words[COUNTED] as number;
}
