// The words of a shared lock for many readers or one writer, and what threads do with them; see mutex-words.ts, whose way this is: whatever names a thread means nothing
// any more, or something else, when that thread is dead. test/parallel/lock-model/rwlock.explore.ts runs these very functions.
//
//   WRITER   0 none   who: writes, or has died writing   ~who: waits until the readers have left, and lets no new ones in
//   SHARES   one for each thread. 0 none   who: tasks of it read   ~who: kept for it by a writer that has unlocked
//
//   write    1 WRITER = ~who   2 nobody has a share? then WRITER = who
//   read     1 share = who     2 no writer? then it reads; otherwise give the share back, and tell the writer that waits
//
// Each side writes its own word and then reads the other's: of a writer and a reader who come at the same time one sees the other, and if both do the writer goes first.
// How many tasks of a thread read is known to that thread alone.
//
// Whoever has waited long is hungry, as with the mutex: a reader and a writer can be at the same time. A writer that unlocks keeps a share for the hungry reader, and
// the lock for the hungry writer; both take back what they kept when the hungry one has given up meanwhile.
//
// Invariants
//   while WRITER names a living thread that writes, nobody reads; only that thread changes it
//   HIGHEST is the highest slot of a thread that has had the lock in hand, or higher

import { MOST_THREADS, slotOf } from "../commons.ts";
import { BODY } from "../directory.ts";
import type { Neighbours } from "../neighbours.ts";
import { steps } from "../steps.ts";
import { WAIT_SET } from "../wait-set.ts";
import { NOT_TAKEN, TAKEN } from "./mutex-words.ts";

export const WRITER: number = BODY;
export const HUNGRY_WRITER: number = BODY + 1;
export const HUNGRY_READER: number = BODY + 2;
export const HIGHEST: number = BODY + 3;
/** The threads in which writers sleep, and those in which readers do. */
export const WRITERS: number = BODY + 4;
export const READERS: number = WRITERS + WAIT_SET;
export const SHARES: number = READERS + WAIT_SET;
export const RWLOCK_WORDS: number = SHARES + MOST_THREADS;

/** This thread has the lock in hand from now on. */
export function enterRwLock(words: Int32Array, neighbours: Neighbours): void {
  const { slot } = neighbours;
  for (;;) {
    const highest = Atomics.load(words, HIGHEST);
    if (highest >= slot || Atomics.compareExchange(words, HIGHEST, highest, slot) === highest) return;
  }
}

/**
 * Locks for writing if that is possible now. Answers as `takeMutex`. Otherwise a thread that `stays` has kept new readers off, if no other thread has; one that does
 * not has done nothing.
 */
export function takeWrite(words: Int32Array, neighbours: Neighbours, stays: boolean): number {
  const { who } = neighbours;
  for (;;) {
    const writer = Atomics.load(words, WRITER);
    if (writer > 0) {
      if (neighbours.commons.isAlive(writer)) return NOT_TAKEN;
      if (Atomics.load(words, WRITER) === writer) return writer; // it had not unlocked before it died
      continue;
    }
    // 1
    if (writer !== ~who) {
      if (writer !== 0 && neighbours.commons.isAlive(~writer)) return NOT_TAKEN;
      if (!stays && hasReaders(words, neighbours)) return NOT_TAKEN;
      if (Atomics.compareExchange(words, WRITER, writer, ~who) !== writer) continue;
      if (steps.at !== null) steps.at("rwlock.claimed");
    }
    // 2
    if (hasReaders(words, neighbours)) return NOT_TAKEN;
    if (Atomics.compareExchange(words, WRITER, ~who, who) === ~who) break;
  }
  if (steps.at !== null) steps.at("rwlock.taken");
  return TAKEN;
}

export function hasReaders(words: Int32Array, neighbours: Neighbours): boolean {
  const highest = Atomics.load(words, HIGHEST);
  for (let slot = 0; slot <= highest; slot++) {
    const share = Atomics.load(words, SHARES + slot);
    if (share !== 0 && neighbours.commons.isAlive(share < 0 ? ~share : share)) return true;
  }
  return false;
}

/** Takes the share that a writer has kept for this thread when it unlocked, if one has. */
export function takeKept(words: Int32Array, neighbours: Neighbours): boolean {
  const { who } = neighbours;
  const at = SHARES + neighbours.slot;
  if (Atomics.load(words, at) !== ~who) return false;
  if (Atomics.load(words, WRITER) > 0) return false; // it has not unlocked yet, or has died before it could
  return Atomics.compareExchange(words, at, ~who, who) === ~who;
}

/** Locks for reading, if no task of this thread reads yet, and if it is possible now. Answers as `takeMutex`. */
export function takeRead(words: Int32Array, neighbours: Neighbours): number {
  const { who } = neighbours;
  const at = SHARES + neighbours.slot;
  for (;;) {
    const writer = Atomics.load(words, WRITER);
    if (writer !== 0) {
      if (neighbours.commons.isAlive(writer < 0 ? ~writer : writer)) return NOT_TAKEN;
      if (writer > 0 && Atomics.load(words, WRITER) === writer) return writer;
      if (writer > 0) continue;
    }
    // 1
    Atomics.store(words, at, who);
    if (steps.at !== null) steps.at("rwlock.shared");
    // 2
    if (Atomics.load(words, WRITER) === writer) break;
    Atomics.store(words, at, 0);
    tellWriter(words, neighbours); // it may have seen the share, and sleep because of it
  }
  if (steps.at !== null) steps.at("rwlock.read");
  return TAKEN;
}

/** Does no writer keep new readers off? For a thread that reads already. */
export function admitsReaders(words: Int32Array, neighbours: Neighbours): boolean {
  const writer = Atomics.load(words, WRITER);
  return writer === 0 || (writer < 0 && !neighbours.commons.isAlive(~writer));
}

/** The last task of this thread that reads leaves. */
export function leaveRead(words: Int32Array, neighbours: Neighbours): void {
  Atomics.store(words, SHARES + neighbours.slot, 0);
  if (steps.at !== null) steps.at("rwlock.left");
  tellWriter(words, neighbours);
}

/** Somebody has given back a share: a writer that waits for that is roused. */
export function tellWriter(words: Int32Array, neighbours: Neighbours): void {
  const writer = Atomics.load(words, WRITER);
  if (writer < 0) neighbours.rouse(slotOf(~writer));
}

/**
 * The writer, which is this thread, leaves. If readers of this thread wait (`reads`), it has a share from now on. Answers the thread the lock is kept for, which has to be
 * roused; or 0, and one of those has to be in which writers sleep. All have to be roused in which readers do.
 */
export function leaveWrite(words: Int32Array, neighbours: Neighbours, reads: boolean): number {
  const { who } = neighbours;
  if (reads) Atomics.store(words, SHARES + neighbours.slot, who);
  // 1 for the hungry reader
  const reader = Atomics.load(words, HUNGRY_READER);
  const isKept = reader !== 0 && reader !== who && keepShare(words, neighbours, reader);
  // 2 for the hungry writer, or for anybody
  let writer = Atomics.load(words, HUNGRY_WRITER);
  if (writer === who || !neighbours.commons.isAlive(writer)) writer = 0;
  Atomics.store(words, WRITER, writer === 0 ? 0 : ~writer);
  if (steps.at !== null) steps.at("rwlock.freed");
  // 3 are they hungry still?
  if (isKept && Atomics.load(words, HUNGRY_READER) !== reader)
    if (Atomics.compareExchange(words, SHARES + slotOf(reader), ~reader, 0) === ~reader) tellWriter(words, neighbours);
  if (writer === 0 || Atomics.load(words, HUNGRY_WRITER) === writer) return writer;
  Atomics.compareExchange(words, WRITER, ~writer, 0);
  return 0;
}

export function keepShare(words: Int32Array, neighbours: Neighbours, reader: number): boolean {
  if (!neighbours.commons.isAlive(reader)) return false;
  const at = SHARES + slotOf(reader);
  const old = Atomics.load(words, at);
  if (old !== 0 && neighbours.commons.isAlive(old < 0 ? ~old : old)) return false; // it is just trying
  if (Atomics.compareExchange(words, at, old, ~reader) !== old) return false;
  if (steps.at !== null) steps.at("rwlock.kept");
  return true;
}

/** No writer of this thread waits any more. Says whether that may let others in: those who sleep have to be roused. */
export function forgoWrite(words: Int32Array, neighbours: Neighbours): boolean {
  const { who } = neighbours;
  Atomics.compareExchange(words, HUNGRY_WRITER, who, 0);
  if (steps.at !== null) steps.at("rwlock.forgone");
  return Atomics.compareExchange(words, WRITER, ~who, 0) === ~who;
}

/** No reader of this thread waits any more. */
export function forgoRead(words: Int32Array, neighbours: Neighbours): void {
  const { who } = neighbours;
  Atomics.compareExchange(words, HUNGRY_READER, who, 0);
  if (steps.at !== null) steps.at("rwlock.forgone");
  if (Atomics.compareExchange(words, SHARES + neighbours.slot, ~who, 0) === ~who) tellWriter(words, neighbours);
}

/** A thread has died: see `mendMutex`. What is taken back from a thread that waits is taken by it again when it looks. */
export function mendRwLock(words: Int32Array, dead: number): void {
  Atomics.compareExchange(words, HUNGRY_READER, dead, 0);
  Atomics.compareExchange(words, HUNGRY_WRITER, dead, 0);
  const writer = Atomics.load(words, WRITER);
  if (writer < 0 && Atomics.load(words, HUNGRY_WRITER) !== ~writer) Atomics.compareExchange(words, WRITER, writer, 0);
  for (let slot = 0; slot <= Atomics.load(words, HIGHEST); slot++) {
    const share = Atomics.load(words, SHARES + slot);
    if (share < 0 && Atomics.load(words, HUNGRY_READER) !== ~share)
      Atomics.compareExchange(words, SHARES + slot, share, 0);
  }
}

/** Makes a poisoned lock free. Says whether it was poisoned. */
export function repairRwLock(words: Int32Array, neighbours: Neighbours): boolean {
  const writer = Atomics.load(words, WRITER);
  if (writer <= 0 || neighbours.commons.isAlive(writer)) return false;
  return Atomics.compareExchange(words, WRITER, writer, 0) === writer;
}

/** The threads of which tasks read. */
export function readersOf(words: Int32Array, neighbours: Neighbours): number[] {
  const readers: number[] = [];
  for (let slot = 0; slot <= Atomics.load(words, HIGHEST); slot++) {
    const share = Atomics.load(words, SHARES + slot);
    if (share > 0 && neighbours.commons.isAlive(share)) readers.push(share);
  }
  return readers;
}
