// Tasks and scopes: the tree that owns everything. Data, and what can be said of one node; the rules are in cancel.ts and lifecycle.ts.
//
// A scope is a stretch of a task: its body, a group inside it, a shield, a value of a TaskLocal. It is the list of the tasks started in it, and it knows the cancellation in
// force there. The scopes of one task form a stack: `outer` towards the body, `inner` towards where the task is now. Many tasks own nothing and are
// never cancelled: their body's scope is made only when somebody needs it, which is why a parked task is small.
//
// Invariants
//   task.scope is the innermost scope, or null as long as the body's own has not been made
//   a task is linked in exactly one scope, its owner, until it ends; the root and awaited leaves are in none
//   scope.cancelled is set once and never again; what it reaches is said in cancel.ts
//   scope.others counts the children that are not daemons, scope.daemons those that are

import { Cancelled, oneLine, TaskCancelledError } from "../base/errors.ts";
import { INSPECT } from "../base/inspect.ts";
import { List } from "../base/list.ts";
import type { Ring } from "../base/ring.ts";
import { Leaf, misuse } from "./leaf.ts";
import { machine, NOT_READY } from "./machine.ts";
import { ENDED, LIFE, LOOK, READ, SELF, tellMade, touch, WAIT, WRITE } from "./tracker.ts";
import type { Operation, Task, TaskStatus } from "./types.ts";
import type { Description, Home, Runner, Waiter } from "./waiter.ts";
import { CANCELLED, FAILED, READY, SUCCEEDED, VALUE } from "./waiter.ts";

// Flags of a task.
export const DAEMON = 1; // does not keep its group alive
export const SETTLES = 2; // its outcome goes to a promise, not to an owner
export const OBSERVED = 4; // somebody was told how it ended
export const HELD = 8; // waits for what cancellation must not cut short: children, or a promise
export const INHERITED = 16; // cancelled with its owner, whose cancellation is this task's too
export const QUEUED = 32; // above the limit of its group: starts in turn
export const COUNTED = 64; // takes one of the places of its group
export const ASYNC = 128; // its body is an async function
export const ABSOLVED = 256; // its body returned although it was cancelled: that counts as success
export const SHIELDED = 512; // performs a shield: starts even where its owner has been cancelled
// and TOLD, which leaves set: see waiter.ts

// Kinds of scope.
export const BODY = 0;
export const EXTENT = 1; // owns what is started in it
export const SHIELD = 2; // stops cancellation, owns nothing
export const LOCAL = 3; // gives a TaskLocal a value, owns nothing

/** The values of the TaskLocals that were given one, innermost first. Never changed, so tasks share it. */
export interface Locals {
  readonly key: object;
  readonly value: unknown;
  readonly rest: Locals | null;
}

/** The program a task belongs to, as tasks see it. */
export interface Program extends Home {
  readonly root: Tasklet<unknown> | null;
  cancel(scope: Scope, reason: unknown): void;
  perform<T>(task: Tasklet<unknown>, op: Operation<T>): Promise<T>;
  /** Settles when the task has ended, however that was. */
  over(task: Tasklet<unknown>): Promise<void>;
}

/** What only groups need. */
export interface GroupState {
  readonly limit: number;
  isolate: boolean;
  /** Children that take a place. */
  running: number;
  /** Children above the limit, in order; some may have been cancelled meanwhile. */
  readonly queued: Ring<Tasklet<unknown>>;
  /** Children that failed, in order, when failures are isolated. */
  readonly failed: Tasklet<unknown>[];
}

export class Scope extends List<Tasklet<unknown>> {
  declare readonly task: Tasklet<unknown>;
  declare readonly kind: number;
  declare readonly name: string;
  declare outer: Scope | null;
  declare inner: Scope | null;
  declare cancelled: Cancelled | null;
  /** Errors of the body and the children, in order of time, each once. */
  declare failures: unknown[] | null;
  /** The body has ended and the task waits here for its children. */
  declare joining: boolean;
  declare others: number;
  declare daemons: number;
  /** Its daemons have been cancelled, since nobody else was left. */
  declare dismissed: boolean;
  declare group: GroupState | null;
  declare locals: Locals | null;
  declare private controller: AbortController | null;

  constructor(task: Tasklet<unknown>, kind: number, name: string, group: GroupState | null) {
    super();
    this.task = task;
    this.kind = kind;
    this.name = name;
    this.outer = null;
    this.inner = null;
    this.cancelled = null;
    this.failures = null;
    this.joining = false;
    this.others = 0;
    this.daemons = 0;
    this.dismissed = false;
    this.group = group;
    this.locals = null;
    this.controller = null;
    tellMade(this);
  }

  get signal(): AbortSignal {
    if (this.controller === null) {
      this.controller = new AbortController();
      if (this.cancelled !== null) this.abort(this.cancelled);
    }
    return this.controller.signal;
  }

  get hasSignal(): boolean {
    return this.controller !== null;
  }

  abort(cancelled: Cancelled): void {
    this.controller?.abort(cancelled.reason === undefined ? cancelled : cancelled.reason);
  }
}

export type AnyBody = (...args: never) => unknown;

const statusNames: readonly TaskStatus[] = ["ready", "running", "waiting", "succeeded", "failed", "cancelled"];

/** What a `Task` is inside. One field more costs eight bytes for each of a million tasks. */
export class Tasklet<T> extends Leaf<T> implements Runner, Task<T> {
  declare readonly program: Program;
  declare readonly id: number;
  declare readonly body: AnyBody;
  declare flags: number;
  declare state: number;
  declare wake: number;
  /** Before the start the arguments, while it lives what it is handed, in the end its value, error, or reason. */
  declare result: unknown;
  /** The iterator that is driven; null before the start and after the end. */
  declare generator: Iterator<unknown, unknown, unknown> | null;
  declare scope: Scope | null;
  /** The owner, and the links among its children. */
  declare owner: Scope | null;
  declare after: Tasklet<unknown> | null;
  declare before: Tasklet<unknown> | null;
  declare waiter: Waiter | null;
  declare joiners: List<Waiter> | null;
  declare leaf: object | null;
  declare otherLeaf: object | null;
  declare since: number;

  constructor(program: Program, id: number, body: AnyBody, args: readonly unknown[] | null, flags: number) {
    super(false);
    this.program = program;
    this.id = id;
    this.body = body;
    this.flags = flags;
    this.state = READY;
    this.wake = VALUE;
    this.result = args;
    this.generator = null;
    this.scope = null;
    this.owner = null;
    this.after = null;
    this.before = null;
    this.waiter = null;
    this.joiners = null;
    this.leaf = null;
    this.otherLeaf = null;
    this.since = 0;
  }

  get name(): string {
    return this.body.name || "anonymous";
  }

  get status(): TaskStatus {
    touch(this, LIFE, LOOK);
    touch(this, ENDED, READ);
    touch(this, WAIT, READ);
    return statusNames[this.state] as TaskStatus;
  }

  /** @internal */
  override [INSPECT](): string {
    return `[${label(this)}, ${this.status}]`;
  }

  get signal(): AbortSignal {
    // For the task itself, what it is in now: a limit or a group around the place where it asks cancels that place, and a shield keeps it.
    const scope = machine.runner === this && this.scope !== null ? this.scope : bodyScope(this);
    if (this.state === CANCELLED) scope.cancelled ??= Cancelled.of(this.result); // asked for after its end
    return scope.signal;
  }

  get cancelled(): Cancelled | null {
    if (this.scope !== null) return this.scope.cancelled;
    return (this.flags & INHERITED) === 0 || this.owner === null ? null : this.owner.cancelled;
  }

  cancel(reason?: unknown): void {
    touch(this, LIFE, WRITE);
    touch(this, ENDED, READ);
    if (this.state < SUCCEEDED) this.program.cancel(bodyScope(this), reason);
  }

  run<R>(op: Operation<R>): Promise<R> {
    return this.program.perform(this as Tasklet<unknown>, op);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cancel();
    await this.program.over(this as Tasklet<unknown>);
  }

  // A task is a leaf: joining it is its one commit point.

  ready(): boolean {
    if (machine.runner === this)
      throw misuse(`Task.join: ${label(this)} waits for its own end. Join it from another task.`);
    touch(this, SELF, READ);
    return this.state >= SUCCEEDED;
  }

  poll(): unknown {
    if (!this.ready()) return NOT_READY;
    this.flags |= OBSERVED;
    return undefined;
  }

  enlist(waiter: Waiter): void {
    this.joiners ??= new List();
    this.joiners.push(waiter);
  }

  delist(waiter: Waiter): void {
    touch(this, SELF, READ);
    this.joiners?.remove(waiter);
  }

  override finish(): T {
    if (this.state === SUCCEEDED) return this.result as T;
    if (this.state === FAILED) throw this.result;
    throw this.cancellationError();
  }

  override fails(): boolean {
    return this.state !== SUCCEEDED;
  }

  /** What a joiner gets if the task ended because it was cancelled. */
  cancellationError(): TaskCancelledError {
    const { id, name, result } = this;
    const message = `Task.join: ${label(this)} was cancelled${why(result)}. Catch this where the task may be cancelled.`;
    return new TaskCancelledError(message, result, { task: { id, name }, cause: result });
  }

  describe(): Description {
    return { operation: "task.join", object: label(this), heldBy: [label(this)] };
  }

  protected override home(): Home {
    return this.program;
  }
}

/** How a task is called in messages: `task #3 "producer"`. */
export function label(task: { readonly id: number; readonly name: string }): string {
  return `task #${task.id} "${task.name}"`;
}

const why = (reason: unknown): string => (reason === undefined ? "" : `: ${oneLine(reason)}`);

/** The scope of a task's body, made now if nobody has needed it yet. */
export function bodyScope(task: Tasklet<unknown>): Scope {
  let scope = task.scope;
  if (scope === null) {
    const { cancelled } = task;
    scope = new Scope(task, BODY, task.name, null);
    scope.cancelled = cancelled;
    scope.locals = task.owner === null ? null : task.owner.locals;
    task.scope = scope;
  }
  while (scope.outer !== null) scope = scope.outer;
  return scope;
}

/** The scope that owns what the task starts now. */
export function owningScope(task: Tasklet<unknown>): Scope {
  let scope = task.scope ?? bodyScope(task);
  while (scope.kind >= SHIELD) scope = scope.outer as Scope;
  return scope;
}

/** The values of the TaskLocals where the task is now. */
export function localsOf(task: Tasklet<unknown>): Locals | null {
  if (task.scope !== null) return task.scope.locals;
  return task.owner === null ? null : task.owner.locals;
}
