// TaskLocal: a value that goes along with a task and with all it starts, without being handed on.
//
// The values in force form a list that is never changed: `with` puts one in front for as long as its operation lasts, and a task that is started takes the
// list of whoever starts it.

import { describeValue } from "../base/errors.ts";
import { checkpoint } from "../core/basic.ts";
import { asOperation, Composite, iterated } from "../core/body.ts";
import { enterScope, leaveScope } from "../core/cancel.ts";
import { misuse } from "../core/leaf.ts";
import { machine } from "../core/machine.ts";
import { runningTask } from "../core/run.ts";
import { bodyScope, LOCAL, localsOf, type Tasklet } from "../core/task.ts";
import type { Operation, Suspend } from "../core/types.ts";

/**
 * A value that every task has its own of: the id of a request, a logger, a deadline. A task starts with the values of the task that started it.
 *
 * @example
 * const request = new TaskLocal("request", "none");
 * yield* request.with("r-17", handle()); // in handle, and in what it starts, request.get() is "r-17"
 */
export class TaskLocal<T> {
  /** For messages. */
  declare readonly name: string;
  declare private readonly initial: T;

  /** @throws {@link MisuseError} if the name is not a string */
  constructor(name: string, initial: T) {
    if (typeof name !== "string") throw misuse(`TaskLocal: the name must be a string, got ${describeValue(name)}.`);
    this.name = name;
    this.initial = initial;
  }

  /**
   * The value here: that of the innermost `with` around, in this task or in the one that started it; else the initial one. Outside tasks, and in an async body
   * after its first `await`, nobody can tell where it is called: it is the initial one there. O(values that are set).
   */
  get(): T {
    const task = machine.runner as Tasklet<unknown> | null;
    if (task === null) return this.initial;
    for (let locals = localsOf(task); locals !== null; locals = locals.rest) {
      if (locals.key === this) return locals.value as T;
    }
    return this.initial;
  }

  /**
   * Performs an operation with another value. Tasks started in it keep that value, also beyond its end.
   *
   * @throws what the operation throws; {@link MisuseError} if it is none
   */
  with<R>(value: T, op: Operation<R>): Operation<R> {
    const operation = asOperation(op, "TaskLocal.with");
    return new Composite("TaskLocal.with", () => this.perform<R>(value, operation));
  }

  private *perform<R>(value: T, operation: unknown): Generator<Suspend, R, unknown> {
    const task = runningTask("TaskLocal.with");
    yield* checkpoint;
    const scope = enterScope(task, task.scope ?? bodyScope(task), LOCAL, this.name, null);
    scope.locals = { key: this, value, rest: scope.locals };
    try {
      return yield* iterated<R>(operation, "TaskLocal.with");
    } finally {
      leaveScope(scope);
    }
  }
}
