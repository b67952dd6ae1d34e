// all and settle: several operations at once, to the end of each.

import { describeValue } from "../base/errors.ts";
import { asOperation, Composite } from "../core/body.ts";
import { extent } from "../core/extent.ts";
import type { Watcher } from "../core/joiners.ts";
import { Leaf, misuse } from "../core/leaf.ts";
import type { Tasklet } from "../core/task.ts";
import type { Operation, Result, Results, Suspend } from "../core/types.ts";
import { SUCCEEDED } from "../core/waiter.ts";
import { AllMustSucceed, branch, failureOf, isolating, operationsIn, toldTo } from "./branches.ts";

/**
 * Performs operations at the same time, and completes with the results of all of them: of an array or a tuple in its order, of a record under its keys.
 * With none it completes at once. Each operation is a task of its own, and an extent: what it starts ends before it does.
 *
 * If one fails, the others are cancelled, and once they have ended the error is thrown (several: an AggregateError).
 *
 * **Cost.** A task for each. **Cancellation.** Reaches all of them; their cleanup is awaited.
 *
 * @throws what an operation throws; {@link MisuseError} at the call if it is given no operations
 * @example
 * const { user, posts } = yield* all({ user: load(id), posts: list(id) });
 */
export function all<const O extends readonly Operation<unknown>[] | Readonly<Record<string, Operation<unknown>>>>(
  ops: O,
): Operation<Results<O>> {
  if (
    typeof ops !== "object" ||
    ops === null ||
    (!Array.isArray(ops) && (ops instanceof Leaf || Symbol.iterator in ops || isPromise(ops)))
  )
    throw misuse(`all: expected an array or a record of operations, got ${describeValue(ops)}.`);
  const keys = Array.isArray(ops) ? null : Object.keys(ops);
  const operations = (keys === null ? [...(ops as readonly unknown[])] : keys.map((key) => (ops as never)[key])).map(
    (op) => asOperation(op as never, "all"),
  );
  return new Composite("all", () => performAll(operations, keys)) as Operation<Results<O>>;
}

const isPromise = (value: object): boolean => typeof (value as { then?: unknown }).then === "function";

function* performAll(
  operations: readonly unknown[],
  keys: readonly string[] | null,
): Generator<Suspend, unknown, unknown> {
  let tasks: Tasklet<unknown>[] = [];
  yield* extent<void>("all", null, (scope) => {
    const watcher = new AllMustSucceed(scope);
    tasks = operations.map((op, i) => branch(scope, keys === null ? `all[${i}]` : `all.${keys[i]}`, op, watcher));
  });
  if (keys === null) return tasks.map((task) => task.result);
  return Object.fromEntries(tasks.map((task, i) => [keys[i], task.result]));
}

/**
 * Performs operations at the same time, waits for the end of each, and tells how it ended: as `Promise.allSettled` does. The failure of one leaves the others
 * alone. An operation that cancels itself is rejected with `TaskCancelledError`.
 *
 * **Cost.** A task for each. **Cancellation.** Reaches all of them; their cleanup is awaited.
 *
 * @throws {@link MisuseError} at the call if it is given no operations
 * @example
 * for (const outcome of yield* settle(urls.map(probe))) if (outcome.status === "rejected") report(outcome.reason);
 */
export function settle<O extends Operation<unknown>>(ops: Iterable<O>): Operation<PromiseSettledResult<Result<O>>[]> {
  const operations = operationsIn(ops, "settle");
  return new Composite("settle", () => performSettle<Result<O>>(operations));
}

function* performSettle<T>(operations: readonly unknown[]): Generator<Suspend, PromiseSettledResult<T>[], unknown> {
  let tasks: Tasklet<unknown>[] = [];
  yield* extent<void>("settle", isolating(), (scope) => {
    const watcher: Watcher = { ended: (task) => toldTo(scope, task) };
    tasks = operations.map((op, i) => branch(scope, `settle[${i}]`, op, watcher));
  });
  return tasks.map((task): PromiseSettledResult<T> => {
    if (task.state === SUCCEEDED) return { status: "fulfilled", value: task.result as T };
    return { status: "rejected", reason: failureOf(task) };
  });
}
