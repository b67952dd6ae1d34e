// Once: a body that runs at most once, whoever asks first.

import { checkpoint } from "../core/basic.ts";
import { Composite, checkBody } from "../core/body.ts";
import { misuse } from "../core/leaf.ts";
import { runningTask } from "../core/run.ts";
import { type AnyBody, label } from "../core/task.ts";
import { READ, SELF, tellMade, touch, WRITE } from "../core/tracker.ts";
import type { Body, Checked, Operation, Suspend } from "../core/types.ts";
import { Isolated, shared } from "./isolated.ts";

/** What is neither an operation nor a promise. */
type Plain<T> = T extends Operation<unknown> | PromiseLike<unknown> ? never : unknown;

/**
 * Runs a body when it is first asked for, and gives everybody its result: lazy setup that must not be done twice.
 *
 * The body runs as a task of its own that belongs to the run: a caller who is cancelled leaves it to the others, and what it throws goes to the callers
 * alone. A throw counts as done, and is thrown again to every caller. Only if the whole run is cancelled before it is done does the next caller start it anew.
 *
 * @example
 * const settings = new Once(loadSettings);
 * const { port } = yield* settings.do();
 */
export class Once<T> {
  declare private readonly body: AnyBody;
  declare private call: Isolated<T> | null;

  /** @throws {@link MisuseError} if the body is no function */
  constructor(body: Body<T>);
  /** A body that returns a string, an array or the like: the compiler would look for `T` in what that iterates. */
  constructor(body: () => T & Checked<T> & Plain<T>);
  constructor(body: Body<T>) {
    checkBody(body, "Once");
    this.body = body as AnyBody;
    this.call = null;
    tellMade(this);
  }

  /**
   * The result of the body, which is started if nobody has asked before. Callers go on in the order they came.
   *
   * **Cancellation.** The caller leaves; the body goes on.
   *
   * @throws what the body threw; {@link TaskCancelledError} if it cancelled itself; {@link MisuseError} if the body asks for itself
   */
  do(): Operation<T> {
    return new Composite("Once.do", () => this.perform());
  }

  private *perform(): Generator<Suspend, T, unknown> {
    const caller = runningTask("Once.do");
    for (;;) {
      yield* checkpoint; // whoever has been cancelled starts nothing
      touch(this, SELF, this.call === null || this.call.cutShort ? WRITE : READ);
      if (this.call === null || this.call.cutShort) this.call = new Isolated<T>(this.body, "Once.do");
      const { call } = this;
      const { task } = call;
      if (caller === task)
        throw misuse(`Once.do: ${label(task)} asks for its own result. A body must not call do() of its own Once.`);
      try {
        return yield* shared(task, "once.do");
      } catch (error) {
        if (!call.cutShort) throw error;
      }
    }
  }
}
