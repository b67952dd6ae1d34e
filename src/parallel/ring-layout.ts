// Where everything lies in the memory of a ring (ring.ts): words of 32 bits, after the head that every shared object has.

import { MOST_THREADS } from "./commons.ts";
import { BODY } from "./directory.ts";
import { PAGE_SIZE } from "./pages.ts";
import { WAIT_SET } from "./wait-set.ts";

// Words, after the head of the object. Those that one end changes lie 128 bytes from those of the other: a line of the cache goes to and fro as a whole.
export const CAPACITY: number = BODY;
export const SLOTS: number = BODY + 1;
export const PAGES: number = BODY + 2;
/** Not 0 when it is closed or about to be: spares those who find it empty a look at the tail. */
export const ENDS: number = BODY + 3;
export const TAIL_LAPS: number = BODY + 4;
export const LOST: number = BODY + 5;
export const DROPPED: number = BODY + 6;
export const TOMBS: number = BODY + 7;
export const COUNTING: number = BODY + 8;
export const COUNTED: number = BODY + 9;
/** For the user of the ring: six words. */
export const SPARE: number = BODY + 10;
/** Where the threads are noted that sleep because it is empty, because it is full, and because there are no pages for what they put. */
export const RECEIVERS: number = BODY + 16;
export const SENDERS: number = RECEIVERS + WAIT_SET;
export const STARVED: number = SENDERS + WAIT_SET;
export const TAIL: number = 64; // twice the next ticket, and 1 when closed
export const HEAD: number = 96;
/** Two words for the pages. */
export const NEXT_PAGE: number = 128;
/** Room for the reason of the end, in bytes. */
export const REASON_SIZE = 4096;
const WANTED = 160;
export const REASON: number = WANTED + MOST_THREADS * 4;
export const FIRST: number = Math.ceil((REASON + REASON_SIZE / 4) / 32) * 32;

// Words of what a thread has written down.
export const WANTED_BY: number = 0;
export const WANTED_PUT: number = 1;
export const WANTED_TAKE: number = 2;

// Words of a slot.
export const SLOT_WORDS: number = 32;
export const SEQUENCE: number = 0;
export const KIND: number = 1;
export const LENGTH: number = 2;
export const PAGE: number = 3;
/** Four words for the user of the ring. */
export const LABEL: number = 4;
export const PAYLOAD: number = 8;
/** Bytes that fit into a slot. */
export const INLINE: number = (SLOT_WORDS - PAYLOAD) * 4;

export const TICKETS: number = 0x7fff_ffff;
/** Far away from any ticket that is about. */
export const FAR: number = 0x4000_0000;

// What `put` answers instead of a ticket.
export const FULL = -1;
export const CLOSED = -2;
// What `take` answers.
export const EMPTY = -1;
export const END = -2;

/** The kind of what a thread that has died was about to put. */
export const TOMBSTONE = 0;
/** In the kind: the value lies in pages. */
export const PAGED = 16;
/** The kind of a value that is being thrown away. */
export const DISCARDED: number = 15;

// What `freed` says.
export const ROOM = 1;
export const PAGES_TOO = 2;

/** Bytes of shared memory for a ring with room for so many values, and so many bytes of large ones. */
export function ringSize(capacity: number, bytes: number): number {
  const pages = Math.ceil(bytes / PAGE_SIZE);
  return (FIRST + slotsFor(capacity) * SLOT_WORDS + pages) * 4 + PAGE_SIZE + pages * PAGE_SIZE;
}

/** With one slot "full" and "free for the next" would be the same number. */
export const slotsFor = (capacity: number): number => Math.max(2, 2 ** Math.ceil(Math.log2(capacity)));

export const signed = (difference: number): number => (difference << 1) >> 1;

/** Four threads share a line of the cache, but none of the first sixteen has one in common with another, nor the one beside it. */
export const wantedOf = (slot: number): number => WANTED + ((slot & 15) << 5) + ((slot >> 4) << 2);
