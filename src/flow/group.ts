// group: an extent with a handle, for starting tasks from elsewhere, limiting how many run at once, and isolating failures.

import { describeValue } from "../base/errors.ts";
import { Ring } from "../base/ring.ts";
import { Composite, checkBody } from "../core/body.ts";
import { cancelScope } from "../core/cancel.ts";
import { extent } from "../core/extent.ts";
import { misuse } from "../core/leaf.ts";
import { type Keeper, spawn } from "../core/lifecycle.ts";
import { type AnyBody, DAEMON, type GroupState, type Scope, type Tasklet } from "../core/task.ts";
import { LIFE, READ, SELF, touch, WRITE } from "../core/tracker.ts";
import type { Checked, Operation, Outcome, Suspend, Task } from "../core/types.ts";

export interface GroupOptions {
  /** For messages and reports. Default: "group". */
  readonly name?: string | undefined;
  /** How many children run at once, daemons not counted: a whole number of at least 1, or Infinity (the default). */
  readonly limit?: number | undefined;
  /** What the failure of a child does: "cancel" everything in the group (the default), or "isolate" it for whoever joins the child. */
  readonly failures?: "cancel" | "isolate" | undefined;
}

/** The handle of a group, valid until the group has ended. May be used from any task and from outside. */
export interface Group {
  /**
   * Starts a child. The caller never waits: above the limit the task is made, stays "ready", and starts in turn, first come, first served. O(1).
   * In a cancelled group it is cancelled from the start.
   *
   * @throws {@link MisuseError} when the group has ended
   */
  go<R, A extends readonly unknown[]>(body: (...args: A) => R & Checked<R>, ...args: A): Task<Outcome<R>>;
  /**
   * Starts a child if it can start now; undefined above the limit. O(1).
   *
   * @throws {@link MisuseError} when the group has ended
   */
  tryGo<R, A extends readonly unknown[]>(
    body: (...args: A) => R & Checked<R>,
    ...args: A
  ): Task<Outcome<R>> | undefined;
  /**
   * Starts a child that is cancelled when the body and every other child have ended. It takes no place under the limit. O(1).
   *
   * @throws {@link MisuseError} when the group has ended
   */
  daemon<R, A extends readonly unknown[]>(body: (...args: A) => R & Checked<R>, ...args: A): Task<Outcome<R>>;
  /**
   * Cancels the body and every child, and aborts the signals below before it returns. If the body then has not returned by itself, the group throws
   * `TaskCancelledError`. Cancelling twice is the same as once, and after the end it does nothing. O(tasks below).
   */
  cancel(reason?: unknown): void;
  /** Children that have not ended, queued ones and daemons included. */
  readonly size: number;
  /** Aborted when the group is cancelled, and only then. Made on first use. */
  readonly signal: AbortSignal;
}

export class GroupHandle implements Group {
  declare private readonly scope: Scope;
  declare private readonly state: GroupState;
  declare private ended: boolean;

  constructor(scope: Scope, state: GroupState) {
    this.scope = scope;
    this.state = state;
    this.ended = false;
  }

  go<R, A extends readonly unknown[]>(body: (...args: A) => R & Checked<R>, ...args: A): Task<Outcome<R>> {
    return this.start("go", body, args, 0) as Tasklet<Outcome<R>>;
  }

  tryGo<R, A extends readonly unknown[]>(
    body: (...args: A) => R & Checked<R>,
    ...args: A
  ): Task<Outcome<R>> | undefined {
    touch(this.scope, SELF, WRITE);
    if (this.state.running >= this.state.limit) return undefined;
    return this.start("tryGo", body, args, 0) as Tasklet<Outcome<R>>;
  }

  daemon<R, A extends readonly unknown[]>(body: (...args: A) => R & Checked<R>, ...args: A): Task<Outcome<R>> {
    return this.start("daemon", body, args, DAEMON) as Tasklet<Outcome<R>>;
  }

  cancel(reason?: unknown): void {
    touch(this.scope.task, LIFE, WRITE);
    if (!this.ended) cancelScope(this.scope, reason);
  }

  get size(): number {
    touch(this.scope, SELF, READ);
    return this.scope.others + this.scope.daemons;
  }

  get signal(): AbortSignal {
    return this.scope.signal;
  }

  /** @internal */
  close(): void {
    this.ended = true;
  }

  private start(verb: string, body: unknown, args: readonly unknown[], flags: number): Tasklet<unknown> {
    const from = `Group.${verb}`;
    checkBody(body, from);
    if (this.ended)
      throw misuse(
        `${from}: "${this.scope.name}" has ended. Start tasks while its body or one of its children is still running.`,
      );
    return spawn(
      this.scope.task.program as Keeper,
      this.scope,
      body as AnyBody,
      args.length === 0 ? null : args,
      flags,
    );
  }
}

/**
 * Runs a body with a handle for starting tasks, and ends when the body and all of them have ended. The value is the body's.
 *
 * If the body or a child fails, everything in the group is cancelled, and once it has ended the group throws the error (several: an AggregateError). With
 * `failures: "isolate"` a failed child harms nobody; failures that nobody joined are thrown as one AggregateError at the end.
 *
 * **Cancellation.** Reaches the body and every child; the group ends when their cleanup has. After `cancel()` on the handle it throws
 * `TaskCancelledError`, unless the body returned normally.
 *
 * @throws {@link MisuseError} at the call for a limit that is not a whole number of at least 1, or Infinity
 * @example
 * yield* group(function* (g) {
 *   for (const url of urls) g.go(fetchOne, url);
 * }, { limit: 8 });
 */
export function group<R>(body: (g: Group) => R & Checked<R>, options: GroupOptions = {}): Operation<Outcome<R>> {
  checkBody(body, "group");
  if (typeof options !== "object" || options === null) {
    throw misuse(`group: options must be an object, got ${describeValue(options)}.`);
  }
  const { name = "group", limit = Number.POSITIVE_INFINITY, failures = "cancel" } = options;
  if (!(limit >= 1) || (limit !== Number.POSITIVE_INFINITY && !Number.isSafeInteger(limit))) {
    throw misuse(`group: limit must be a whole number of at least 1, or Infinity, got ${describeValue(limit)}.`);
  }
  if (failures !== "cancel" && failures !== "isolate") {
    throw misuse(`group: failures must be "cancel" or "isolate", got ${describeValue(failures)}.`);
  }
  return new Composite("group", () =>
    performGroup<Outcome<R>>(body as (g: Group) => unknown, name, limit, failures === "isolate"),
  );
}

function* performGroup<T>(
  body: (g: Group) => unknown,
  name: string,
  limit: number,
  isolate: boolean,
): Generator<Suspend, T, unknown> {
  const state: GroupState = { limit, isolate, running: 0, queued: new Ring(), failed: [] };
  let handle: GroupHandle | null = null;
  try {
    return yield* extent<T>(name, state, (scope) => {
      handle = new GroupHandle(scope, state);
      return body(handle);
    });
  } finally {
    (handle as GroupHandle | null)?.close();
  }
}
