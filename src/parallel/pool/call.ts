// A call of a function on a pool: from when somebody wants it to its end.
//
// Who gives a call up does not wait for it. It goes on until its worker has answered, or has been replaced; the extent it was made in ends only after that.
//
// Invariant
//   a call is over once: answered, lost with its worker, or withdrawn before a worker had taken it

import { ClosedError, TaskCancelledError, TimeoutError, WorkerError } from "../../base/errors.ts";
import { List } from "../../base/list.ts";
import { shield } from "../../core/extent.ts";
import { Leaf } from "../../core/leaf.ts";
import { type Keeper, spawn } from "../../core/lifecycle.ts";
import { afterwards, NOT_READY } from "../../core/machine.ts";
import { holdStackOf } from "../../core/report.ts";
import { owningScope, SETTLES, SHIELDED, type Tasklet } from "../../core/task.ts";
import type { Operation } from "../../core/types.ts";
import { complete, type Description, fail, SUCCEEDED, type Waiter } from "../../core/waiter.ts";
import type { Cargo } from "../cargo.ts";
import { tellPlaces } from "../error-codec.ts";
import type { Death } from "../message.ts";
import type { Origin } from "../origin.ts";
import { ANSWERED, type Answerable, CANCELLED } from "./desk.ts";

/** What a call needs of the side of its pool that is in this thread. */
export interface Employer {
  readonly name: string;
  /** Who makes the calls, what answers them, and where they are cleaned up after, in messages. */
  readonly words: {
    readonly verb: string;
    readonly operation: string;
    readonly thread: string;
    readonly place: string;
  };
  readonly grace: number;
  readonly timeout: number;
  begin(call: Call): void;
  /** Takes a call back that no worker has taken. */
  retract(call: Call): boolean;
  /** Has the worker of a call cancel it. */
  cancel(call: Call, reason: unknown): void;
  /** Replaces the worker of a call. */
  replace(call: Call, why: string): void;
  handOver(call: Call, worker: number): void;
  startOf(call: Call): number | null;
  over(call: Call, failed: boolean): void;
}

export class Call implements Answerable {
  declare readonly employer: Employer;
  declare readonly origin: Origin;
  declare readonly args: readonly unknown[];
  /** The number of its worker, if it must be that one; else 0. */
  declare readonly worker: number;
  /** Who waits for it; null when nobody does any more. */
  declare waiter: Waiter | null;
  declare place: number;
  declare generation: number;
  /** What it takes along, while it has no place in the queue, or hands something over. */
  declare cargo: Cargo | null;
  declare putAt: number;
  declare isOver: boolean;
  /** Where it was made, if no task waits for it. */
  declare private readonly site: { readonly stack?: string } | null;
  declare private readonly enders: List<Waiter>;
  declare private timer: NodeJS.Timeout | null;
  declare private late: TimeoutError | null;

  constructor(
    employer: Employer,
    origin: Origin,
    args: readonly unknown[],
    worker: number,
    waiter: Waiter,
    site: { readonly stack?: string } | null,
  ) {
    this.employer = employer;
    this.origin = origin;
    this.args = args;
    this.worker = worker;
    this.waiter = waiter;
    this.place = -1;
    this.generation = 0;
    this.cargo = null;
    this.putAt = 0;
    this.isOver = false;
    this.site = site;
    this.enders = new List();
    this.timer = null;
    this.late = null;
  }

  /** It lies in the queue. */
  wasPut(now: number): void {
    this.putAt = now;
    const { timeout } = this.employer;
    if (timeout < Number.POSITIVE_INFINITY) this.watchTime(timeout);
  }

  answered(how: number, value: unknown): void {
    this.end(how !== ANSWERED);
    const { waiter } = this;
    if (waiter === null) return;
    this.waiter = null;
    if (this.late !== null) fail(waiter, this.late);
    else if (how === ANSWERED) complete(waiter, value);
    else if (how === CANCELLED)
      fail(waiter, new TaskCancelledError(`${this.employer.words.verb}: ${this.origin.label} was cancelled.`, value));
    else {
      tellPlaces(value, this.caller(waiter));
      fail(waiter, value);
    }
  }

  lost(death: Death): void {
    const { exitCode, cause, why } = death;
    const { waiter } = this;
    const caller = waiter === null ? "" : this.caller(waiter);
    this.end(true);
    this.waiter = null;
    if (waiter === null) return;
    if (this.late !== null) {
      fail(waiter, this.late);
      return;
    }
    const { verb, thread } = this.employer.words;
    const message = `${verb}: ${this.origin.label} has no answer: ${thread} ${why}.`;
    const error = new WorkerError(message, exitCode, cause === undefined ? {} : { cause });
    tellPlaces(error, caller);
    fail(waiter, error);
  }

  fetched(worker: number): void {
    this.employer.handOver(this, worker);
  }

  /** It could not even begin. */
  refused(error: unknown): void {
    const { waiter } = this;
    this.end(true);
    this.waiter = null;
    if (waiter !== null) fail(waiter, error);
  }

  /** Who waited for it does so no more. */
  giveUp(): void {
    const { waiter } = this;
    this.waiter = null;
    if (this.isOver || waiter === null) return;
    if (this.employer.retract(this)) {
      this.end(true);
      return;
    }
    const task = waiter.runner as Tasklet<unknown>;
    this.cancel(task.cancelled?.reason);
    if ((task.flags & SETTLES) !== 0) return;
    afterwards(() => {
      if (this.isOver || task.state >= SUCCEEDED) return;
      spawn(
        task.program as Keeper,
        owningScope(task),
        () => shield(new CallEnd(this) as Operation<void>),
        null,
        SHIELDED,
      );
    });
  }

  whenOver(waiter: Waiter): void {
    this.enders.push(waiter);
  }

  notWhenOver(waiter: Waiter): void {
    this.enders.remove(waiter);
  }

  private cancel(reason: unknown): void {
    const { grace } = this.employer;
    this.employer.cancel(this, reason);
    this.stopTimer();
    if (grace > LONGEST) return;
    this.timer = setTimeout(() => {
      const why = `was replaced: ${this.origin.label} had been cancelled, and had not answered within the grace of ${grace} ms`;
      if (!this.isOver) this.employer.replace(this, why);
    }, grace);
  }

  /** Its time counts from when a worker has taken it. */
  private watchTime(ms: number): void {
    this.timer = setTimeout(
      () => {
        const { timeout } = this.employer;
        const start = this.employer.startOf(this);
        const left =
          start === null || start === 0 ? timeout : start + timeout - (performance.timeOrigin + performance.now());
        if (left > 0) {
          this.watchTime(left);
          return;
        }
        this.late = new TimeoutError(
          `Pool.run: ${this.origin.label} has not answered within ${timeout} ms of its start.`,
        );
        this.cancel(this.late);
      },
      Math.ceil(Math.min(ms, LONGEST)),
    );
  }

  private end(failed: boolean): void {
    if (this.isOver) return;
    this.isOver = true;
    this.stopTimer();
    this.employer.over(this, failed);
    this.cargo = null;
    for (let waiter = this.enders.shift(); waiter !== null; waiter = this.enders.shift()) complete(waiter, undefined);
  }

  private stopTimer(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }

  /** Where it was made: where the task stands that waits for it, or where the awaited operation was made. */
  private caller({ runner }: Waiter): string {
    return (this.site ?? holdStackOf(runner as Tasklet<unknown>))?.stack ?? "";
  }
}

/** The end of a call, whatever it is. */
class CallEnd extends Leaf<void> {
  declare private readonly call: Call;

  constructor(call: Call) {
    super();
    this.call = call;
  }

  ready(): boolean {
    return this.call.isOver;
  }

  poll(): unknown {
    return this.call.isOver ? undefined : NOT_READY;
  }

  enlist(waiter: Waiter): void {
    this.call.whenOver(waiter);
  }

  delist(waiter: Waiter): void {
    this.call.notWhenOver(waiter);
  }

  describe(): Description {
    const { origin, employer } = this.call;
    return { operation: "cleanup of", object: `${origin.label} ${employer.words.place}`, heldBy: [], outside: true };
  }
}

/** How the calls of a pool are told of. */
export function wordsOfPool(name: string, worker: "thread" | "process" = "thread"): Employer["words"] {
  return {
    verb: "Pool.run",
    operation: "pool.run",
    thread: `its ${worker} in pool "${name}"`,
    place: `on pool "${name}"`,
  };
}

/** The operation that makes a call. Each use is a call of its own. */
export class PoolRun<T> extends Leaf<T> {
  declare private readonly employer: Employer;
  declare private readonly origin: Origin;
  declare private readonly args: readonly unknown[];
  declare private readonly worker: number;
  declare private readonly site: { readonly stack?: string } | null;

  /** `site` is the place that is told of as that of the call; else it is where the operation is made, or performed. */
  constructor(
    employer: Employer,
    origin: Origin,
    args: readonly unknown[],
    worker = 0,
    site: { readonly stack?: string } | null = null,
  ) {
    super();
    this.employer = employer;
    this.origin = origin;
    this.args = args;
    this.worker = worker;
    this.site = site ?? (this.maker === null ? siteOf() : null);
  }

  ready(): boolean {
    return false;
  }

  poll(): unknown {
    return NOT_READY;
  }

  enlist(waiter: Waiter): void {
    const call = new Call(this.employer, this.origin, this.args, this.worker, waiter, this.site);
    waiter.payload = call;
    this.employer.begin(call);
  }

  delist(waiter: Waiter): void {
    (waiter.payload as Call).giveUp();
  }

  override failed(error: unknown): T {
    throw withoutReceiver(error);
  }

  describe(): Description {
    return { operation: this.employer.words.operation, object: this.origin.label, heldBy: [], outside: true };
  }
}

/** The same for who cannot go on with less than all the answers: that a call has ended because nobody receives what it sends is an error like any other there. */
export class PoolPart<T> extends PoolRun<T> {
  override failed(error: unknown): T {
    throw error;
  }
}

/** What a call throws. One that has ended because the receiver of what it sends has left throws what the send has: so its caller ends quietly too. */
export function withoutReceiver(error: unknown): unknown {
  const reason = error instanceof TaskCancelledError ? error.reason : undefined;
  return reason instanceof ClosedError && reason.by === "receiver" ? reason : error;
}

/** Milliseconds: the longest delay that setTimeout takes. */
const LONGEST = 2 ** 31 - 1;

/** Frames that are kept of the place where a call was made outside any task. */
const FRAMES = 8;

/** Where an operation is made that no task makes. */
export function siteOf(): { readonly stack?: string } {
  const limit = Error.stackTraceLimit;
  const holder: { stack?: string } = {};
  Error.stackTraceLimit = FRAMES;
  Error.captureStackTrace(holder, siteOf);
  Error.stackTraceLimit = limit;
  return holder;
}
