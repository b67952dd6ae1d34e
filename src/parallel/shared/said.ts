// Threads and their deaths, in words.

import { PoisonedError } from "../../base/errors.ts";
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

/** A PoisonedError that names the task it happened in. */
export function poisoned(message: string): PoisonedError {
  const { runner } = machine;
  return new PoisonedError(message, { task: runner === null ? undefined : { id: runner.id, name: runner.name } });
}
