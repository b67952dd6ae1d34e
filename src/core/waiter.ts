// Who waits, and how a peer completes it: the half of the leaf protocol that lies with the other side.
//
// A Waiter is the record linked into the queue of a channel, a lock or a task. A task that waits for one operation uses the one waiter it owns
// for life, so parking allocates nothing; a select makes one for each case and joins them with a Joint.
//
// Invariants
//   a waiter is linked in at most one queue, and in none once its runner has been woken
//   whoever completes a waiter has unlinked it first
//   completing never runs code of users: the runner is put at the tail of the run queue and finds its value there

import type { Cancelled } from "../base/errors.ts";
import type { Link } from "../base/list.ts";

/** Status of a task. Small integers, because they are compared at every switch. */
export const READY = 0;
export const RUNNING = 1;
export const WAITING = 2;
export const SUCCEEDED = 3;
export const FAILED = 4;
export const CANCELLED = 5;

/** Why a runner was woken, which decides what its operation does next. */
export const VALUE = 1; // `result` is what the commit handed over
export const ERROR = 2; // `result` is to be thrown
export const CANCEL = 3; // its scope was cancelled: throw that
export const RETRY = 4; // its budget was spent, or another one was first: start the operation again

/** A flag of a task, beside those in task.ts: a cancellation has been thrown in it. */
export const TOLD = 1024;

/** What the protocol knows of a task: enough to park it and to wake it. */
export interface Runner {
  readonly id: number;
  readonly name: string;
  flags: number;
  state: number;
  wake: number;
  result: unknown;
  waiter: Waiter | null;
  /** When it was parked; see the register `tick`. */
  since: number;
  /** The leaves it made last of those that can be had again: a task that receives in a loop, from one channel or two, needs no more. */
  leaf: object | null;
  otherLeaf: object | null;
  /** The cancellation in force where the runner is now, or null. */
  readonly cancelled: Cancelled | null;
  readonly program: Home;
}

/** The program a runner belongs to. */
export interface Home {
  readonly scheduler: Readier;
  /** Carries out a leaf that is awaited rather than yielded. */
  attempt(leaf: Awaited): Promise<unknown>;
  /** A whole number below n: which of n ready cases a select takes. */
  choose(kind: ChoiceKind, n: number): number;
  /** A number from 0 to below 1, drawn from the seed of the run: for what is no choice of an order. */
  random(): number;
}

/** What choices there are. A policy answers them; 0 is what production does (but for `select`, where production draws). */
export type ChoiceKind = "task" | "select" | "test";

/** The scheduler, as those see it who wake somebody. */
export interface Readier {
  /** Is there a policy, which wants to be asked before each operation? */
  readonly masks: boolean;
  promised: boolean;
  ready(runner: Runner): void;
  /** Takes a runner out of the queue again. O(n): only for one that turns out to be running still. */
  unready(runner: Runner): void;
  /** Asked before a visible operation when there is a policy: does this runner go on with it, or is another one first? */
  goesOn(leaf: Awaited): boolean;
}

/** What an operation waits for, in words: for dumps and reports. */
export interface Description {
  /** As in "channel.receive". */
  readonly operation: string;
  /** The name or label of what is waited for. */
  readonly object: string;
  /** Who holds it, as far as that is known. */
  readonly heldBy: readonly string[];
  /** Who has used the other end last, where that was tracked. */
  readonly lastUsedBy?: string | undefined;
  /** It comes from outside the library, such as a promise: nobody can tell whether it still can. */
  readonly outside?: boolean;
}

/** An operation that is being waited for. */
export interface Awaited {
  /** Takes the waiter back: the operation has done nothing. O(1), timers O(log n). */
  delist(waiter: Waiter): void;
  describe(): Description;
}

/** Joins the waiters of one select: the first that is completed settles it. */
export interface Joint {
  /** The waiter of the select itself, in the task or in the select around it. */
  readonly outer: Waiter;
  /** Takes back all other waiters and says what the whole completes with; or UNSETTLED, and the others stay. */
  settle(inner: Waiter, raw: unknown): unknown;
}

/** What a joint answers that goes on waiting although one of its waiters has been completed. */
export const UNSETTLED: unknown = Symbol("unsettled");

/** What a case of a joint is completed with that has failed: see `Leaf.failed`. */
export class Failed {
  declare readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}

export class Waiter implements Link<Waiter> {
  declare readonly runner: Runner;
  declare leaf: Awaited | null;
  /** What the operation keeps while it waits: the value of a send, the timer of a sleep, the joint of a select. */
  declare payload: unknown;
  declare after: Waiter | null;
  declare before: Waiter | null;
  declare joint: Joint | null;
  declare index: number;

  constructor(runner: Runner, joint: Joint | null, index: number) {
    this.runner = runner;
    this.leaf = null;
    this.payload = undefined;
    this.after = null;
    this.before = null;
    this.joint = joint;
    this.index = index;
  }
}

/** Puts a runner at the tail of the run queue, with what it will find when its turn comes. */
export function wake(runner: Runner, kind: number, result: unknown): void {
  runner.wake = kind;
  runner.result = result;
  runner.state = READY;
  runner.program.scheduler.ready(runner);
}

/** Hands a value over to a waiter that has been unlinked: the commit point of its operation. */
export function complete(waiter: Waiter, raw: unknown): void {
  waiter.payload = undefined;
  if (waiter.joint === null) wake(waiter.runner, VALUE, raw);
  else completeJoint(waiter, raw);
}

export function completeJoint(waiter: Waiter, raw: unknown): void {
  let inner = waiter;
  let value = raw;
  while (inner.joint !== null) {
    value = inner.joint.settle(inner, value);
    if (value === UNSETTLED) return;
    inner = inner.joint.outer;
  }
  wake(inner.runner, VALUE, value);
}

/** Completes a waiter that has been unlinked with an error, thrown in its task. */
export function fail(waiter: Waiter, error: unknown): void {
  waiter.payload = undefined;
  if (waiter.joint === null) wake(waiter.runner, ERROR, error);
  else completeJoint(waiter, new Failed(error));
}
