// Who changes what he has sent. Two tasks of one thread can share an object by sending it: then the one that has sent it changes what the other one reads, and what
// is read depends on the order.
//
// So a send gives away: what is sent belongs to nobody until it is received, and then to the receiver. The sender may change it again once it has come back, through
// a channel or as what a task has returned. In each turn of a task that has sent something, what it has sent is compared with what it was: when the turn begins it is
// noted, since others may have changed it; when the task uses a channel, and when the turn ends, it must be the same.
//
// Invariants
//   `current` is the task whose turn it is, from its beginning to its end
//   nothing is compared while other code of users runs in the midst of a turn

import { MisuseError } from "../base/errors.ts";
import type { Alarm } from "../core/alarm.ts";
import { Leaf } from "../core/leaf.ts";
import { machine } from "../core/machine.ts";
import { holdStackOf } from "../core/report.ts";
import { label, type Tasklet } from "../core/task.ts";
import { unseen, WHOLE } from "../core/tracker.ts";
import type { Tracker } from "../core/tracking.ts";
import { RUNNING, type Runner, SUCCEEDED } from "../core/waiter.ts";
import { type Change, Ledger } from "./ledger.ts";
import { framesOf, type Held, holdStack, inLines } from "./place.ts";

type AnyTask = Tasklet<unknown>;

const MOST_SHOWN = 8;

/** Listens beside another tracker. `begins`, `ends` and `returned` are to be told of turns and tasks by a probe. */
export class Audit implements Tracker {
  readonly wantsPlaces = false;
  /** The first change that was found. */
  declare found: MisuseError | null;
  declare private readonly other: Tracker;
  declare private readonly ledgers: Map<Runner, Ledger>;
  declare private current: AnyTask | null;

  constructor(other: Tracker) {
    this.found = null;
    this.other = other;
    this.ledgers = new Map();
    this.current = null;
  }

  /** A task is about to have its turn. */
  begins(task: AnyTask): void {
    this.current = task;
    this.renew();
  }

  /** It has had its turn. */
  ends(task: AnyTask): void {
    this.compare();
    if (task.state >= SUCCEEDED) this.ledgers.delete(task);
    this.current = null;
  }

  /** A task has ended. What it has returned is for whoever joins it. */
  returned({ state, result }: AnyTask): void {
    if (state !== SUCCEEDED || typeof result !== "object" || result === null) return;
    for (const ledger of this.ledgers.values()) ledger.takeBack(result);
  }

  gave(channel: object, value: unknown, by: Runner | null): void {
    const task = authorOf(by);
    if (task === null || this.found !== null || typeof value !== "object" || value === null) return;
    let ledger = this.ledgers.get(task);
    if (ledger === undefined) {
      ledger = new Ledger();
      this.ledgers.set(task, ledger);
    }
    ledger.give(value, () => ({ channel: (channel as { readonly name: string }).name, place: placeOf(task) }));
  }

  took(value: unknown, by: Runner | null): void {
    const task = authorOf(by);
    if (task === null || typeof value !== "object" || value === null) return;
    this.ledgers.get(task)?.takeBack(value);
  }

  leaves(): void {
    this.compare();
  }

  returns(): void {
    this.renew();
  }

  made(object: object): void {
    this.other.made(object);
  }

  touched(object: object, part: number, mode: number): void {
    if (part === WHOLE && machine.runner === this.current) this.compare();
    this.other.touched(object, part, mode);
  }

  passes(channel: object, end: number, place: number): void {
    if (machine.runner === this.current) this.compare();
    this.other.passes(channel, end, place);
  }

  follows(runner: Runner, object: object): void {
    this.other.follows(runner, object);
  }

  spawned(task: Runner): void {
    this.other.spawned(task);
  }

  ended(task: Runner, children: object | null, siblings: object | null, mode: number): void {
    this.other.ended(task, children, siblings, mode);
  }

  fires(alarm: Alarm): void {
    this.other.fires(alarm);
  }

  shared(object: object, changes: boolean): void {
    this.other.shared(object, changes);
  }

  lastAt(object: object, part: number): string | null {
    return this.other.lastAt(object, part);
  }

  private get ledger(): Ledger | undefined {
    return this.current === null || this.found !== null ? undefined : this.ledgers.get(this.current);
  }

  private renew(): void {
    this.ledger?.renew();
  }

  private compare(): void {
    const change = this.ledger?.change() ?? null;
    if (change !== null) this.found = errorOf(this.current as AnyTask, change);
  }
}

/** Whose code it is that sends or receives. An operation that is performed by a task of its own, in `all` for one, is the code of whoever has made it. */
function authorOf(runner: Runner | null): AnyTask | null {
  const task = runner as AnyTask | null;
  const leaf = task?.generator;
  return leaf instanceof Leaf ? ((leaf.maker ?? null) as AnyTask | null) : task;
}

/** Where a task stands, that runs or waits. */
function placeOf(task: AnyTask): Held {
  return task.state === RUNNING ? holdStack(placeOf) : (unseen(() => holdStackOf(task)) ?? {});
}

function errorOf(task: AnyTask, { send, what }: Change): MisuseError {
  const { id, name } = task;
  const where = framesOf(placeOf(task));
  const lines = [
    `simulate: ${label(task)} has changed what it had sent through "${send.channel}", which is no longer its own. Send a copy, or make a new object for each send.`,
    ...what.slice(0, MOST_SHOWN).map((change) => `  ${change}`),
    ...(what.length > MOST_SHOWN ? [`  ... and ${what.length - MOST_SHOWN} more`] : []),
    "  sent",
    ...inLines(framesOf(send.place)),
    `  changed after that, before ${where.length > 0 ? "it came to" : task.generator === null ? "its body ended" : "it waited"}`,
    ...inLines(where),
  ];
  const error = new MisuseError(lines.join("\n"), { task: { id, name } });
  error.stack = `${error}`; // the message has the stacks that matter
  return error;
}
