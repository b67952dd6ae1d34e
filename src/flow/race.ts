// race and any: several operations at once, and the first of them that counts.
//
// Leaves among the operations become cases of one select, so at most one of them commits. The others are branches: tasks in the extent of the composite, one
// more case of the select. Once it is decided, the branches that are left are cancelled, and their cleanup is awaited.

import { never } from "../core/basic.ts";
import { Composite } from "../core/body.ts";
import { cancelScope } from "../core/cancel.ts";
import { extent } from "../core/extent.ts";
import { Leaf, misuse } from "../core/leaf.ts";
import { note, said } from "../core/lifecycle.ts";
import { NOT_READY } from "../core/machine.ts";
import { select } from "../core/select.ts";
import { type GroupState, label, OBSERVED, type Scope, type Tasklet, type Watcher } from "../core/task.ts";
import type { Operation, Result, Suspend } from "../core/types.ts";
import { complete, type Description, FAILED, Failed, READY, SUCCEEDED, TOLD, type Waiter } from "../core/waiter.ts";
import { branch, failureOf, isolating, operationsIn, toldTo } from "./branches.ts";

const LOST = "another operation was first";
const bodies = { race: (op: unknown): unknown => op, any: (op: unknown): unknown => op };

/** What a leaf came to that may fail. */
type Tried = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: unknown };

/** A leaf whose failure is a value. */
class Try extends Leaf<Tried> {
  declare private readonly inner: Leaf<unknown>;

  constructor(inner: Leaf<unknown>) {
    super();
    this.inner = inner;
  }

  ready(): boolean {
    try {
      return this.inner.ready();
    } catch {
      return true; // poll finds out
    }
  }

  poll(): unknown {
    try {
      return this.inner.poll();
    } catch (error) {
      return new Failed(error);
    }
  }

  enlist(waiter: Waiter): void {
    this.inner.enlist(waiter);
  }

  delist(waiter: Waiter): void {
    this.inner.delist(waiter);
  }

  override finish(raw: unknown): Tried {
    try {
      if (raw instanceof Failed) return { ok: true, value: this.inner.failed(raw.error) };
      return { ok: true, value: this.inner.finish(raw) };
    } catch (error) {
      return { ok: false, error };
    }
  }

  override failed(error: unknown): Tried {
    return this.finish(new Failed(error));
  }

  describe(): Description {
    return this.inner.describe();
  }
}

/** The branches of a race. As a leaf it waits for the one that decides it; used once, by the body of the extent. */
class Branches extends Leaf<Tasklet<unknown> | null> implements Watcher {
  declare private readonly scope: Scope;
  declare private readonly state: GroupState | null;
  declare private readonly tasks: Tasklet<unknown>[];
  /** How many have not ended. */
  declare private left: number;
  declare private decided: boolean;
  /** The one that has decided it; null if none can any more. */
  declare private winner: Tasklet<unknown> | null;
  declare private waiter: Waiter | null;
  /** Those that were about to go on when it was decided; null until then. */
  declare private underway: readonly Tasklet<unknown>[] | null;

  /** With a state the first to succeed decides, without one the first to end. */
  constructor(scope: Scope, state: GroupState | null) {
    super(false); // no operation of users, and perhaps never needed
    this.scope = scope;
    this.state = state;
    this.tasks = [];
    this.left = 0;
    this.decided = false;
    this.winner = null;
    this.waiter = null;
    this.underway = null;
  }

  start(operation: unknown): Tasklet<unknown> {
    this.left++;
    const task = branch(this.scope, this.state === null ? bodies.race : bodies.any, operation, this);
    this.tasks.push(task);
    return task;
  }

  ended(task: Tasklet<unknown>): void {
    this.left--;
    if (this.decided) {
      if (this.state !== null) this.lost(task);
      return;
    }
    if (this.state !== null && task.state !== SUCCEEDED) {
      toldTo(this.scope, task); // its error is one of those that are thrown if all fail
      if (this.left > 0) return;
      this.decide(null);
      return;
    }
    this.decide(task);
    this.settle();
  }

  /** One of those that live with failures has lost. If it failed by itself, before it was told so, that is such a failure; else its cleanup did. */
  private lost(task: Tasklet<unknown>): void {
    task.flags |= OBSERVED;
    if (task.state !== FAILED) return;
    const byItself = (task.flags & TOLD) === 0 && this.underway?.includes(task) === true;
    if (!byItself) note(this.scope, task.result);
  }

  /** It is decided, here or elsewhere: from now on a branch has only to end, and if its cleanup fails, that is thrown. */
  settle(): void {
    this.decided = true;
    if (this.underway !== null) return;
    this.underway = this.tasks.filter((task) => task.state === READY);
    for (const task of this.tasks) task.cancel(LOST); // not the scope, in which the body has yet to learn of it
  }

  /** The body has learned of it, and has a result. A cancellation of the race no longer matters to that. */
  close(): void {
    this.settle();
    cancelScope(this.scope, LOST);
  }

  private decide(winner: Tasklet<unknown> | null): void {
    this.decided = true;
    this.winner = winner;
    const { waiter } = this;
    this.waiter = null;
    if (waiter !== null) complete(waiter, winner);
  }

  ready(): boolean {
    return this.decided;
  }

  poll(): unknown {
    return this.decided ? this.winner : NOT_READY;
  }

  enlist(waiter: Waiter): void {
    this.waiter = waiter;
  }

  delist(): void {
    this.waiter = null;
  }

  describe(): Description {
    const heldBy = this.tasks.filter((task) => task.state < SUCCEEDED).map(label);
    return { operation: "children", object: `the first of ${heldBy.length} of ${this.scope.name}`, heldBy };
  }
}

/**
 * Performs operations at the same time until the first has ended, and completes with its result or throws its error. The others are cancelled, and their
 * cleanup is awaited; if that fails, it is thrown instead.
 *
 * Single operations such as `receive` are the cases of one `select`: at most one of them commits, the others have done nothing. Among those ready at once the
 * choice is uniform. If all are single, so is the race.
 *
 * **Cost.** That of a `select`, and a task for each operation that is composed. **Cancellation.** Reaches all of them.
 *
 * @throws what the first to end throws; {@link MisuseError} at the call if it is given no operations, or none at all
 * @example
 * const answer = yield* race([ask(primary), ask(backup)]);
 */
export function race<O extends Operation<unknown>>(ops: Iterable<O>): Operation<Result<O>> {
  const operations = operationsIn(ops, "race");
  if (operations.length === 0)
    throw misuse("race: there is nothing to race, and waiting for it would never end. Give it at least one operation.");
  const leaves = operations.filter((op) => op instanceof Leaf);
  if (leaves.length === operations.length) return select(leaves).map(({ value }) => value) as Operation<Result<O>>;
  const others = operations.filter((op) => !(op instanceof Leaf));
  return new Composite("race", () => extent<Result<O>>("race", null, (scope) => performRace(scope, leaves, others)));
}

/** What the first to end came to. */
function resultOf(task: Tasklet<unknown>): unknown {
  if (task.state !== SUCCEEDED) throw failureOf(task);
  return task.result;
}

function* performRace(
  scope: Scope,
  leaves: readonly Leaf<unknown>[],
  others: readonly unknown[],
): Generator<Suspend, unknown, unknown> {
  const branches = new Branches(scope, null);
  for (const op of others) branches.start(op);
  // A branch that has ended while the body was not at its turn was first.
  const { key, value } = yield* select([branches, select(leaves)], { priority: true });
  const result = key === 0 ? resultOf(value as Tasklet<unknown>) : value.value;
  branches.close();
  return result;
}

/**
 * Performs operations at the same time until the first has succeeded, and completes with its result. The others are cancelled, and their cleanup is awaited;
 * if that fails, it is thrown instead.
 *
 * Single operations such as `receive` are the cases of one `select`: at most one of them commits and succeeds.
 *
 * **Cost.** That of a `select` for each single operation that fails, and a task for each that is composed. **Cancellation.** Reaches all of them.
 *
 * @throws AggregateError if all have failed, with their errors in the order given; {@link MisuseError} at the call if it is given no operations, or none at all
 * @example
 * const mirror = yield* any(mirrors.map(download));
 */
export function any<O extends Operation<unknown>>(ops: Iterable<O>): Operation<Result<O>> {
  const operations = operationsIn(ops, "any");
  if (operations.length === 0) throw misuse("any: there is nothing to succeed. Give it at least one operation.");
  return new Composite("any", () => {
    const state = isolating();
    return extent<Result<O>>("any", state, (scope) => performAny(scope, state, operations));
  });
}

function* performAny(
  scope: Scope,
  state: GroupState,
  operations: readonly unknown[],
): Generator<Suspend, unknown, unknown> {
  const branches = new Branches(scope, state);
  const tasks = operations.map((op) => (op instanceof Leaf ? null : branches.start(op)));
  const errors = new Map<number, unknown>();
  // 1 the cases that are left, by the index of their operation; the branches together are one
  const leaves = operations.flatMap((op, index) => (op instanceof Leaf ? [{ index, leaf: new Try(op) }] : []));
  let running = leaves.length < operations.length;
  while (leaves.length > 0 || running) {
    const first = select(leaves.map(({ leaf }) => leaf));
    const { key, value } = yield* select([running ? branches : never, first], { priority: true });
    // 2 the branches: one has succeeded, or all have failed
    if (key === 0) {
      const winner = value as Tasklet<unknown> | null;
      if (winner !== null) {
        branches.close();
        return winner.result;
      }
      running = false;
      continue;
    }
    // 3 a leaf
    const { key: at, value: tried } = value as { key: number; value: Tried };
    if (tried.ok) {
      branches.close();
      return tried.value;
    }
    errors.set((leaves[at] as { index: number }).index, tried.error);
    leaves.splice(at, 1);
  }
  const all = tasks.map((task, index) => (task === null ? errors.get(index) : failureOf(task)));
  throw new AggregateError(all, `any: none of ${all.length} operations has succeeded: ${said(all)}`);
}
