// What a lock or a permit looks like to the one who has it, and who that is.
//
// Invariants
//   a grant with count 0 has been given back; giving it back again does nothing
//   a grant is linked among the grants of what it came from exactly while its count is above 0 (a writer is alone, and is not linked)

import { describeValue } from "../base/errors.ts";
import { INSPECT } from "../base/inspect.ts";
import type { Link } from "../base/list.ts";
import { List } from "../base/list.ts";
import { type Leaf, misuse } from "../core/leaf.ts";
import { machine } from "../core/machine.ts";
import { label, SETTLES, type Tasklet } from "../core/task.ts";
import { type Runner, SUCCEEDED } from "../core/waiter.ts";
import { isIsolated } from "./isolated.ts";

/** What has been locked, or a permit. Disposing gives it back; after `unlock()` (or `release()`) that does nothing. */
export interface Lock extends Disposable {}

/** What grants come from. */
export interface Source {
  /** Gives back all that is left of a grant. */
  giveBack(grant: Grant): void;
}

/** One of those who hold a lock, and the next. */
export interface Held {
  /** The task; null for code outside any task. */
  readonly holder: Tasklet<unknown> | null;
  readonly after: Held | null;
}

export class Grant implements Lock, Held, Link<Grant> {
  declare readonly source: Source;
  /** The task that has it; null outside any task. */
  declare holder: Tasklet<unknown> | null;
  declare count: number;
  declare after: Grant | null;
  declare before: Grant | null;

  constructor(source: Source, holder: Tasklet<unknown> | null, count: number) {
    this.source = source;
    this.holder = holder;
    this.count = count;
    this.after = null;
    this.before = null;
  }

  /** @internal */
  [INSPECT](): string {
    return `[a lock of ${saidOf(this)}${this.count > 0 ? "" : ", given back"}]`;
  }

  [Symbol.dispose](): void {
    if (this.count > 0) this.source.giveBack(this);
  }
}

/** The task that gets what is granted to a runner: itself, or for an operation that is awaited the task that awaits it, if a task does. */
export function holderOf(runner: Runner | null): Tasklet<unknown> | null {
  const task = runner as Tasklet<unknown> | null;
  return task === null || (task.flags & SETTLES) === 0 || isIsolated(task) ? task : holderOf(task.owner?.task ?? null);
}

/** The task that gets what a leaf takes at once: the one that runs, or when the leaf is awaited the one that made it. */
export function takerOf(leaf: Leaf<unknown>): Tasklet<unknown> | null {
  return holderOf(machine.runner ?? leaf.maker ?? null);
}

/** The grants of a lock that several may have at once, oldest first. */
export class Grants extends List<Grant> {
  /** One that is to be given back by a call that does not say which: the oldest of the running task, or of code outside tasks, else the oldest of all. O(grants). */
  toGiveBack(): Grant | null {
    const task = holderOf(machine.runner);
    for (let grant = this.head; grant !== null; grant = grant.after) if (grant.holder === task) return grant;
    return this.head;
  }

  /** Who has them, in words, each once. */
  holders(): string[] {
    const said: string[] = [];
    for (let grant = this.head; grant !== null && said.length < MOST_SAID; grant = grant.after) {
      const who = saidOf(grant);
      if (!said.includes(who)) said.push(who);
    }
    return said;
  }
}

const MOST_SAID = 8;

/** Who has a grant, in words. */
export function saidOf({ holder }: Held): string {
  if (holder === null) return "code outside any task";
  return holder.state < SUCCEEDED ? label(holder) : `${label(holder)}, which has ended`;
}

/** The name given in the options, or the default one. Refuses what is no name. `kind` is the class, for messages. */
export function nameIn(
  options: { readonly name?: string | undefined } | undefined,
  kind: string,
  standard: string = kind.toLowerCase(),
): string {
  if (options === undefined) return standard;
  if (typeof options !== "object" || options === null)
    throw misuse(`${kind}: options must be an object, got ${describeValue(options)}.`);
  const { name = standard } = options;
  if (typeof name !== "string") throw misuse(`${kind}: the name must be a string, got ${describeValue(name)}.`);
  return name;
}
