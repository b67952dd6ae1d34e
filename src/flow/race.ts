// race and any: several operations at once, and the first of them that counts.

import { Composite } from "../core/body.ts";
import { extent } from "../core/extent.ts";
import { Leaf, misuse } from "../core/leaf.ts";
import { said } from "../core/lifecycle.ts";
import { select } from "../core/select.ts";
import type { Scope } from "../core/task.ts";
import type { Operation, Result, Suspend } from "../core/types.ts";
import { isolating, operationsIn } from "./branches.ts";
import { Contest, type Entry } from "./contest.ts";

type Steps<T> = Generator<Suspend, T, unknown>;

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
  if (operations.every((op): op is Leaf<unknown> => op instanceof Leaf))
    return select(operations).map(({ value }) => value) as Operation<Result<O>>;
  return new Composite("race", () =>
    extent<Result<O>>("race", isolating(), (scope) => performRace(new Contest("race", scope, operations, false))),
  );
}

function* performRace(contest: Contest): Steps<unknown> {
  const winner = yield* contest as Operation<Entry | null>;
  const result = winner?.result();
  contest.close();
  return result;
}

/**
 * Performs operations at the same time until the first has succeeded, and completes with its result. The others are cancelled, and their cleanup is awaited;
 * if that fails, it is thrown instead.
 *
 * Single operations such as `receive` are the cases of one `select`: at most one of them commits and succeeds. One that fails is out, and the others stay in
 * line. If what fails is the function of a `map`, which runs after the commit, the others start anew.
 *
 * **Cost.** That of a `select`, and a task for each that is composed. **Cancellation.** Reaches all of them.
 *
 * @throws AggregateError if all have failed, with their errors in the order given; {@link MisuseError} at the call if it is given no operations, or none at all
 * @example
 * const mirror = yield* any(mirrors.map(download));
 */
export function any<O extends Operation<unknown>>(ops: Iterable<O>): Operation<Result<O>> {
  const operations = operationsIn(ops, "any");
  if (operations.length === 0) throw misuse("any: there is nothing to succeed. Give it at least one operation.");
  const perform = (scope: Scope | null): Steps<unknown> => performAny(new Contest("any", scope, operations, true));
  const alone = operations.every((op) => op instanceof Leaf);
  return new Composite("any", () =>
    alone ? (perform(null) as Steps<Result<O>>) : extent<Result<O>>("any", isolating(), perform),
  );
}

function* performAny(contest: Contest): Steps<unknown> {
  for (;;) {
    const winner = yield* contest as Operation<Entry | null>;
    if (winner === null) break;
    try {
      const result = winner.result();
      contest.close();
      return result;
    } catch (error) {
      contest.reopen(winner, error);
    }
  }
  const errors = contest.entries.map((entry) => {
    try {
      return entry.result();
    } catch (error) {
      return error;
    }
  });
  throw new AggregateError(errors, `any: none of ${errors.length} operations has succeeded: ${said(errors)}`);
}
