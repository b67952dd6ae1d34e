// The contest behind race and any: leaves and branches of which one decides.
//
// As a leaf it waits for the decision; the body of the composite performs it. It is the joint of the waiters of all leaves that are in, so at most one of them
// commits. Where failures are lived with, a leaf that fails is out, and the others stay where they are: in line, or on their way. A branch is a task in the
// extent of the composite.
//
// Invariants
//   while it waits, each leaf that is in has its waiter enlisted; otherwise none has
//   once it is decided, what others come to changes nothing, unless the winner turns out to have failed

import { cancelScope } from "../core/cancel.ts";
import type { Watcher } from "../core/joiners.ts";
import { Leaf } from "../core/leaf.ts";
import { note } from "../core/lifecycle.ts";
import { machine, NOT_READY } from "../core/machine.ts";
import { label, OBSERVED, type Scope, type Tasklet } from "../core/task.ts";
import { SELF, tellMade, touch, WRITE } from "../core/tracker.ts";
import type { Description, Joint } from "../core/waiter.ts";
import { complete, FAILED, Failed, READY, SUCCEEDED, TOLD, UNSETTLED, Waiter } from "../core/waiter.ts";
import { branch, failureOf, toldTo } from "./branches.ts";

const LOST = "another operation was first";

/** One operation of a contest: a leaf, or the task of a branch. */
export class Entry implements Watcher {
  declare private readonly contest: Contest;
  declare readonly leaf: Leaf<unknown> | null;
  declare task: Tasklet<unknown> | null;
  declare waiter: Waiter | null;
  /** It has come to something: a leaf to `raw`, a branch to the end of its task. */
  declare over: boolean;
  declare raw: unknown;

  constructor(contest: Contest, leaf: Leaf<unknown> | null) {
    this.contest = contest;
    this.leaf = leaf;
    this.task = null;
    this.waiter = null;
    this.over = false;
    this.raw = undefined;
  }

  ended(): void {
    this.over = true;
    this.contest.branchEnded(this, this.task as Tasklet<unknown>);
  }

  /** Has it failed, as far as that can be told without code of users? */
  get failed(): boolean {
    const { leaf, task, raw } = this;
    if (leaf === null) return (task as Tasklet<unknown>).state !== SUCCEEDED;
    return raw instanceof Failed || leaf.fails(raw);
  }

  /** Its result, or throws what it failed with. For the body: a mapping is code of users. */
  result(): unknown {
    const { leaf, task, raw } = this;
    if (leaf !== null) return raw instanceof Failed ? leaf.failed(raw.error) : leaf.finish(raw);
    if (this.failed) throw failureOf(task as Tasklet<unknown>);
    return (task as Tasklet<unknown>).result;
  }
}

export class Contest extends Leaf<Entry | null> implements Joint {
  declare private readonly name: string;
  /** The extent of the composite; null if there are only leaves. */
  declare private readonly scope: Scope | null;
  /** Does the first to succeed decide, rather than the first to end? */
  declare private readonly untilSuccess: boolean;
  declare readonly entries: readonly Entry[];
  declare private decided: boolean;
  /** Who has decided it; null if all have failed. */
  declare private winner: Entry | null;
  /** The waiter of the body. */
  declare outer: Waiter;
  declare private waits: boolean;
  /** Branches that were about to go on when the losers were cancelled, unless all were cancelled before; null until then. */
  declare private underway: readonly Tasklet<unknown>[] | null;

  /** Starts the branches. */
  constructor(name: string, scope: Scope | null, operations: readonly unknown[], untilSuccess: boolean) {
    super(false); // it is no operation of users
    this.name = name;
    this.scope = scope;
    this.untilSuccess = untilSuccess;
    this.decided = false;
    this.winner = null;
    this.outer = NOBODY;
    this.waits = false;
    this.underway = null;
    tellMade(this);
    this.entries = operations.map((op, i) => {
      const entry = new Entry(this, op instanceof Leaf ? op : null);
      if (!(op instanceof Leaf)) entry.task = branch(scope as Scope, `${name}[${i}]`, op, entry);
      return entry;
    });
  }

  /** The body has its result: the losers are cancelled, and a cancellation of the composite no longer matters to that. */
  close(): void {
    this.cancelLosers();
    if (this.scope !== null) cancelScope(this.scope, LOST);
  }

  /** The winner has failed after all, as its mapping threw: it is out, and the others are in again. */
  reopen(winner: Entry, error: unknown): void {
    winner.raw = new Failed(error);
    const next = this.entries.find((entry) => entry.over && !entry.failed) ?? null;
    this.winner = next;
    this.decided = next !== null || this.entries.every((entry) => entry.over);
  }

  /** What a branch comes to once it is decided matters only if it is its cleanup that fails. */
  branchEnded(entry: Entry, task: Tasklet<unknown>): void {
    touch(this, SELF, WRITE);
    task.flags |= OBSERVED;
    if (this.decided) this.lost(task);
    else {
      if (task.state === FAILED && !this.untilSuccess) note(this.scope as Scope, task.result);
      else toldTo(this.scope as Scope, task);
      this.came(entry);
      if (this.decided && this.winner !== null) this.cancelLosers();
    }
    if (!this.decided || !this.waits) return;
    this.withdraw();
    complete(this.outer, this.winner);
  }

  private lost(task: Tasklet<unknown>): void {
    if (task.state !== FAILED) return;
    // It failed by itself if it had not been told that it lost, nor been cancelled from outside: then it is one more that was too late.
    const scope = this.scope as Scope;
    const untold = this.underway === null ? scope.cancelled === null : this.underway.includes(task);
    if (!untold || (task.flags & TOLD) !== 0) note(scope, task.result);
  }

  /** Not their scope, in which the body has yet to learn of it. */
  private cancelLosers(): void {
    if (this.underway !== null) return;
    const tasks = this.entries.flatMap(({ task }) => task ?? []);
    this.underway = this.scope?.cancelled === null ? tasks.filter((task) => task.state === READY) : [];
    for (const task of tasks) task.cancel(LOST);
  }

  /** Something has come of an operation: does that decide it? */
  private came(entry: Entry): void {
    if (this.untilSuccess && entry.failed) this.decided = this.entries.every(({ over }) => over);
    else {
      this.decided = true;
      this.winner = entry;
    }
  }

  ready(): boolean {
    touch(this, SELF, WRITE);
    return this.decided || this.entries.some(isReady);
  }

  /** Who has decided it, or a leaf that can: the choice among those that are ready is that of a select. */
  poll(): unknown {
    touch(this, SELF, WRITE);
    const gone: Entry[] = [];
    while (!this.decided) {
      const ready = this.entries.filter((entry) => isReady(entry) && !gone.includes(entry));
      if (ready.length === 0) return NOT_READY;
      const { program } = machine.runner as Tasklet<unknown>;
      const entry = ready[ready.length === 1 ? 0 : program.choose("select", ready.length)] as Entry;
      try {
        entry.raw = (entry.leaf as Leaf<unknown>).poll();
      } catch (error) {
        entry.raw = new Failed(error);
      }
      if (entry.raw === NOT_READY) {
        gone.push(entry); // another thread was quicker
        continue;
      }
      entry.over = true;
      this.came(entry);
    }
    return this.winner;
  }

  enlist(waiter: Waiter): void {
    this.outer = waiter;
    this.waits = true;
    this.entries.forEach((entry, i) => {
      const { leaf } = entry;
      if (leaf === null || entry.over || !this.waits) return;
      entry.waiter = new Waiter(waiter.runner, this, i);
      entry.waiter.leaf = leaf;
      leaf.enlist(entry.waiter);
    });
  }

  delist(): void {
    this.withdraw();
  }

  settle(inner: Waiter, raw: unknown): unknown {
    touch(this, SELF, WRITE);
    const entry = this.entries[inner.index] as Entry;
    entry.waiter = null;
    entry.raw = raw;
    entry.over = true;
    this.came(entry);
    if (!this.decided) return UNSETTLED;
    this.withdraw();
    return this.winner;
  }

  private withdraw(): void {
    this.waits = false;
    for (const entry of this.entries) {
      const { waiter } = entry;
      if (waiter === null) continue;
      entry.waiter = null;
      (entry.leaf as Leaf<unknown>).delist(waiter);
    }
  }

  describe(): Description {
    const left = this.entries.filter(({ over }) => !over);
    const tasks = left.flatMap(({ task }) => (task === null ? [] : label(task)));
    const leaves = left.flatMap(({ leaf }) => leaf?.describe() ?? []);
    if (leaves.length === 0)
      return { operation: "children", object: `the first of ${tasks.length} of ${this.name}`, heldBy: tasks };
    const said = leaves.map(({ operation, object }) => `${operation} ${object}`);
    if (tasks.length > 0) said.push(`${tasks.length} tasks`);
    const outside = leaves.some((leaf) => leaf.outside === true);
    return { operation: this.name, object: `{ ${said.join("; ")} }`, heldBy: tasks, outside };
  }
}

/** Stands for the body until it waits. */
const NOBODY = null as unknown as Waiter;

function isReady({ leaf, over }: Entry): boolean {
  if (leaf === null || over) return false;
  try {
    return leaf.ready();
  } catch {
    return true; // poll finds out
  }
}
