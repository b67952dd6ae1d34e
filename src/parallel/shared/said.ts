// Threads and their deaths, in words.

import { PoisonedError } from "../../base/errors.ts";
import { misuse } from "../../core/leaf.ts";
import { machine } from "../../core/machine.ts";
import type { Grant } from "../../sync/grant.ts";
import { saidOf } from "../../sync/grant.ts";
import { slotOf } from "../commons.ts";
import type { Neighbours } from "../neighbours.ts";

/** Who has a lock: a task of this thread, or another thread. */
export function saidOfHolder(who: number, grant: Grant | null, neighbours: Neighbours): string {
  if (who !== neighbours.who) return saidOfThread(who, neighbours);
  return grant === null ? "this thread" : saidOf(grant);
}

export function saidOfThread(who: number, neighbours: Neighbours): string {
  const thread = `thread ${slotOf(who)}`;
  return neighbours.commons.isAlive(who) ? thread : `${thread}, which has died`;
}

/** A lock is unlocked that this thread does not hold. `held` says how, as in "held for writing". */
export function notHeldHere(
  operation: string,
  name: string,
  { held, locked, holder }: { held: string; locked: string; holder: number },
  neighbours: Neighbours,
): Error {
  if (holder <= 0) return misuse(`${operation}: "${name}" is not ${locked}. Unlock once per lock, or use withLock().`);
  const said = saidOfThread(holder, neighbours);
  return neighbours.commons.isAlive(holder)
    ? misuse(`${operation}: "${name}" is ${held} by ${said}. Unlock it in the thread that has locked it.`)
    : misuse(`${operation}: "${name}" was ${held} by ${said}. Make sound what it guards, and call repair().`);
}

/** Somebody wants a lock that a thread has died with. */
export function poisonedBy(operation: string, name: string, held: string, who: number): PoisonedError {
  return poisoned(
    `${operation}: "${name}" was ${held} by thread ${slotOf(who)} when that died. What it guards may be half done: make that sound, then call repair().`,
  );
}

/** A PoisonedError that names the task it happened in. */
export function poisoned(message: string): PoisonedError {
  const { runner } = machine;
  return new PoisonedError(message, { task: runner === null ? undefined : { id: runner.id, name: runner.name } });
}
