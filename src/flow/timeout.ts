// timeout and moveOnAfter: an operation with a time limit.
//
// A leaf and its limit are one operation with one commit point: either the leaf commits or the time is up, never both, so no value is lost. Anything else is
// performed in an extent that is cancelled when the time is up.

import { TaskCancelledError, TimeoutError } from "../base/errors.ts";
import { Alarm } from "../core/alarm.ts";
import { asOperation, Composite } from "../core/body.ts";
import { cancelScope } from "../core/cancel.ts";
import { extent } from "../core/extent.ts";
import { Leaf } from "../core/leaf.ts";
import { runningTask } from "../core/run.ts";
import type { Scheduler } from "../core/scheduler.ts";
import type { Scope } from "../core/task.ts";
import type { Operation, Suspend } from "../core/types.ts";
import { completeJoint, type Description, Failed, type Joint, Waiter } from "../core/waiter.ts";
import { delayOf } from "../time/clock.ts";
import { givingUp } from "./outside.ts";

type OnLate<T> = (error: TimeoutError) => T;

/** What the wait is completed with when the time is up. It says whose: a limit may be inside another one. */
class Late {
  declare readonly limit: Leaf<unknown>;
  /** Null as long as nobody has wanted to know. */
  declare private made: TimeoutError | null;

  constructor(limit: Leaf<unknown>) {
    this.limit = limit;
    this.made = null;
  }

  get error(): TimeoutError {
    this.made ??= (this.limit as Timed<unknown>).tooLate();
    return this.made;
  }
}

/** A leaf that is waited for, and the alarm beside it. Whichever comes first takes the other back. */
class Limited extends Alarm implements Joint {
  declare readonly outer: Waiter;
  declare readonly inner: Waiter;
  declare private readonly limit: Leaf<unknown>;
  declare private readonly leaf: Leaf<unknown>;

  constructor(outer: Waiter, limit: Leaf<unknown>, leaf: Leaf<unknown>) {
    super();
    this.outer = outer;
    this.limit = limit;
    this.leaf = leaf;
    this.inner = new Waiter(outer.runner, this, 0);
    this.inner.leaf = leaf;
  }

  get scheduler(): Scheduler {
    return this.outer.runner.program.scheduler as Scheduler;
  }

  begin(ms: number): void {
    // The alarm first: the leaf may be completed as soon as it is enlisted.
    if (ms !== Number.POSITIVE_INFINITY) this.scheduler.arm(this, ms);
    this.leaf.enlist(this.inner);
  }

  withdraw(): void {
    this.scheduler.disarm(this);
    this.leaf.delist(this.inner);
  }

  fire(): void {
    const late = new Late(this.limit);
    givingUp.reason = () => late.error;
    this.leaf.delist(this.inner);
    givingUp.reason = null;
    completeJoint(this.inner, late);
  }

  settle(_inner: Waiter, raw: unknown): unknown {
    this.scheduler.disarm(this);
    return raw;
  }
}

/** A leaf with a limit. It is told by what it does when the time is up. */
class Timed<T> extends Leaf<T> {
  declare private readonly ms: number;
  declare private readonly inner: Leaf<T>;
  declare private readonly late: OnLate<T>;

  constructor(ms: number, inner: Leaf<T>, late: OnLate<T>) {
    super();
    this.ms = ms;
    this.inner = inner;
    this.late = late;
  }

  ready(): boolean {
    return this.inner.ready();
  }

  poll(): unknown {
    return this.inner.poll();
  }

  enlist(waiter: Waiter): void {
    const limited = new Limited(waiter, this as Leaf<unknown>, this.inner);
    waiter.payload = limited;
    limited.begin(this.ms);
  }

  delist(waiter: Waiter): void {
    (waiter.payload as Limited).withdraw();
  }

  override finish(raw: unknown): T {
    if (raw instanceof Late && raw.limit === (this as Leaf<unknown>)) return this.late(this.tooLate()); // not the one that signals have seen: fetch writes over its stack
    return raw instanceof Failed ? this.inner.failed(raw.error) : this.inner.finish(raw);
  }

  override failed(error: unknown): T {
    return this.inner.failed(error);
  }

  override fails(raw: unknown): boolean {
    if (raw instanceof Late && raw.limit === (this as Leaf<unknown>)) return (this.late as unknown) !== nothing;
    return raw instanceof Failed || this.inner.fails(raw);
  }

  describe(): Description {
    return this.inner.describe();
  }

  tooLate(): TimeoutError {
    const { operation, object } = this.inner.describe();
    return tooLate(this.ms, `${operation} ${object}`);
  }
}

/** Cancels a scope when the time is up. The error it cancels with is the one that `timeout` throws. */
class Limit extends Alarm {
  declare private readonly ms: number;
  declare private readonly scope: Scope;
  declare error: TimeoutError | null;
  /** The operation had returned by then, and its children were still at work. */
  declare cutShort: boolean;

  constructor(ms: number, scope: Scope) {
    super();
    this.ms = ms;
    this.scope = scope;
    this.error = null;
    this.cutShort = false;
  }

  fire(): void {
    this.error = tooLate(this.ms, "the operation");
    this.cutShort = this.scope.joining && this.scope.cancelled === null;
    cancelScope(this.scope, this.error);
  }
}

function* limited<T>(ms: number, operation: unknown, from: string, late: OnLate<T>): Generator<Suspend, T, unknown> {
  const scheduler = runningTask(from).program.scheduler as Scheduler;
  let limit: Limit | null = null;
  try {
    const value = yield* extent<T>(from, null, (scope) => {
      limit = new Limit(ms, scope);
      if (ms !== Number.POSITIVE_INFINITY) scheduler.arm(limit, ms);
      return operation;
    });
    return (limit as unknown as Limit).cutShort ? late(tooLate(ms, "the operation")) : value;
  } catch (error) {
    const reason = (limit as Limit | null)?.error ?? null;
    if (reason === null || !(error instanceof TaskCancelledError) || error.reason !== reason) throw error;
    return late(tooLate(ms, "the operation"));
  } finally {
    if (limit !== null) scheduler.disarm(limit);
  }
}

function tooLate(ms: number, what: string): TimeoutError {
  return new TimeoutError(
    `timeout: ${what} took more than ${ms} ms. Catch TimeoutError where that may be, or use moveOnAfter().`,
  );
}

function throwing(error: TimeoutError): never {
  throw error;
}

const nothing = (): undefined => {};

/**
 * Performs an operation for at most `ms` milliseconds, counted from when it starts; then cancels it, waits for its cleanup, and throws. Below zero counts as
 * zero; an operation that can complete at once has no limit. If it returns normally although its time is up, that counts, and so does what its cleanup throws.
 * What it has started has to end in time too.
 *
 * With a single operation such as `receive` or `lock` there is one commit point: either the value is received or the time is up, never both. By its type it is
 * no case of a `select`: write `sleep(ms)` as a case there.
 *
 * **Cost.** Nothing but a few nanoseconds for a leaf that is ready; else a timer, O(log n).
 *
 * **Cancellation.** Reaches the operation. Its reason below a limit that is up is a `TimeoutError` too.
 *
 * @throws {@link TimeoutError} when the time is up; what the operation throws; {@link MisuseError} at the call if `ms` is no number or `op` no operation
 * @example
 * const job = yield* timeout(500, jobs.receive());
 */
export function timeout<T>(ms: number, op: Operation<T>): Operation<T> {
  const delay = delayOf(ms, "timeout");
  if (op instanceof Leaf) return new Timed<T>(delay, op, throwing);
  const operation = asOperation(op, "timeout");
  return new Composite("timeout", () => limited<T>(delay, operation, "timeout", throwing));
}

/**
 * As `timeout`, but completes with undefined when the time is up.
 *
 * @throws what the operation throws; {@link MisuseError} at the call if `ms` is no number or `op` no operation
 * @example
 * const hint = yield* moveOnAfter(50, suggest(word)); // or none
 */
export function moveOnAfter<T>(ms: number, op: Operation<T>): Operation<T | undefined> {
  const delay = delayOf(ms, "moveOnAfter");
  if (op instanceof Leaf) return new Timed<T | undefined>(delay, op, nothing);
  const operation = asOperation(op, "moveOnAfter");
  return new Composite("moveOnAfter", () => limited<T | undefined>(delay, operation, "moveOnAfter", nothing));
}
