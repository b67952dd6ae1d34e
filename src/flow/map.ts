// map: a function over many items, so many at once.
//
// A few workers take items in turn, rather than a task for each: a worker takes an item, sees to it that another one takes the next if there may be another,
// and calls the function. Only one worker at a time asks the source, which is never asked for an item that could not be begun.
//
// Invariants
//   workers <= concurrency, and at most one of them has no item: the one that asks
//   an item's children have ended before its worker takes the next

import { Cancelled, describeValue } from "../base/errors.ts";
import { checkpoint } from "../core/basic.ts";
import { Composite, checkBody, iteratorOf, refuseUnperformed } from "../core/body.ts";
import { extent } from "../core/extent.ts";
import { TaskEnd, watch } from "../core/joiners.ts";
import { Leaf, misuse } from "../core/leaf.ts";
import { type Keeper, spawn } from "../core/lifecycle.ts";
import { machine } from "../core/machine.ts";
import type { AnyBody, Scope, Tasklet } from "../core/task.ts";
import { SELF, tellMade, touch, WRITE } from "../core/tracker.ts";
import type { Checked, Operation, Outcome, Suspend } from "../core/types.ts";
import { AllMustSucceed } from "./branches.ts";
import { outsideTasks } from "./outside.ts";
import { canBePulled, type Pulled, pulledFrom } from "./pull.ts";
import { until } from "./until.ts";

type Steps<T> = Generator<Suspend, T, unknown>;
type F = (item: unknown, index: number) => unknown;

/** One call of map under way. */
class Mapping {
  declare readonly f: F;
  declare readonly results: unknown[];
  declare private readonly scope: Scope;
  declare private readonly concurrency: number;
  declare private readonly watcher: AllMustSucceed;
  /** The source: one of the two. */
  declare readonly iterator: Iterator<unknown> | null;
  declare readonly pulled: Pulled<unknown> | null;
  declare private workers: number;
  /** A worker has been hired that has not begun yet. */
  declare spare: boolean;
  /** A worker is asking the source. */
  declare asking: boolean;
  declare exhausted: boolean;

  constructor(items: Iterable<unknown> | AsyncIterable<unknown>, f: F, concurrency: number, scope: Scope) {
    this.f = f;
    this.results = [];
    this.scope = scope;
    this.concurrency = concurrency;
    this.watcher = new AllMustSucceed(scope);
    const pulls = canBePulled(items);
    this.iterator = pulls ? null : (items as Iterable<unknown>)[Symbol.iterator]();
    this.pulled = pulls ? pulledFrom(items as AsyncIterable<unknown>) : null;
    this.workers = 0;
    this.spare = false;
    this.asking = false;
    this.exhausted = false;
    tellMade(this);
  }

  /** One more worker, unless there are enough: where calls end at once, one may do the work of all. */
  hire(): void {
    if (this.spare || this.workers === this.concurrency) return;
    this.workers++;
    this.spare = true;
    const task = spawn(this.scope.task.program as Keeper, this.scope, work as AnyBody, [this], 0);
    watch(task, this.watcher);
  }

  dismiss(): void {
    this.workers--;
  }
}

function* work(mapping: Mapping): Steps<void> {
  const { f, results, iterator, pulled } = mapping;
  const task = machine.runner as Tasklet<unknown>;
  touch(mapping, SELF, WRITE);
  mapping.spare = false;
  for (;;) {
    yield* checkpoint; // also where neither the source nor the function ever waits; others may have their turn here, so it comes before the look
    touch(mapping, SELF, WRITE); // and again wherever it goes on after it has waited
    if (mapping.asking || mapping.exhausted) break;
    // 1 take an item
    mapping.asking = true;
    let taken: IteratorResult<unknown, unknown>;
    try {
      taken = iterator !== null ? iterator.next() : yield* asked(pulled as Pulled<unknown>);
    } catch (error) {
      mapping.exhausted = task.cancelled === null; // the source has failed, so it need not be told
      throw error;
    }
    touch(mapping, SELF, WRITE);
    mapping.asking = false;
    if (taken.done === true) {
      mapping.exhausted = true;
      break;
    }
    const index = results.length;
    results.push(undefined);
    mapping.hire();
    // 2 call the function
    let value = f(taken.value, index);
    const steps = iteratorOf(value, f, "map");
    if (steps !== null) value = yield* steps as unknown as Operation<unknown>;
    refuseUnperformed(value, "map");
    // 3 wait for what it has started
    for (let child = task.scope?.head ?? null; child !== null; child = task.scope?.head ?? null)
      yield* new TaskEnd(child);
    touch(mapping, SELF, WRITE);
    results[index] = value;
  }
  mapping.dismiss();
}

Object.defineProperty(work, "name", { value: "map" }); // what its tasks are called

/** The next of a source, as an operation: a receiver of ours has one already. */
function asked(pulled: Pulled<unknown>): Operation<IteratorResult<unknown, unknown>> {
  const next = pulled.next();
  return next instanceof Leaf ? next : until(Promise.resolve(next)); // for await takes what is no promise, too
}

function* performMap(items: Iterable<unknown> | AsyncIterable<unknown>, f: F, concurrency: number): Steps<unknown[]> {
  let mapping: Mapping | null = null;
  try {
    yield* extent<void>("map", null, (scope) => {
      mapping = new Mapping(items, f, concurrency, scope);
      mapping.hire();
    });
    return (mapping as unknown as Mapping).results;
  } catch (error) {
    throw leave(mapping, error);
  }
}

/** Map has ended before its source had: tells the source so. Answers what map throws. */
function leave(mapping: Mapping | null, error: unknown): unknown {
  if (mapping === null || mapping.exhausted) return error;
  const left = outsideTasks(() => {
    mapping.iterator?.return?.();
    mapping.pulled?.leave(undefined, mapping.results.length > 0 && !mapping.asking);
  });
  if (!left.failed) return error;
  if (error instanceof Cancelled) return left.error; // as what other cleanup throws
  return new AggregateError([error, left.error], "map: a call failed, and so did the source when it was left");
}

/**
 * Calls `f` with each item and its index, at most `concurrency` at once, and completes with the results in the order of the items. `f` is a body: a generator
 * function, an async one or a plain one. Each call is an extent: what it starts ends before its place is free.
 *
 * Items are taken when there is a place, one at a time, in order: from an array or another iterable, an async iterable, a stream, or a receiver, which is read
 * no further than that. If a call fails, or the source does, the others are cancelled, the source is told that no more is wanted, and the error is thrown.
 *
 * **Cost.** A task for each place, not for each item. **Cancellation.** Reaches every call; their cleanup is awaited.
 *
 * @throws what `f` or the source throws (several: an AggregateError); {@link MisuseError} at the call for a concurrency that is not a whole number of at least
 * 1, or Infinity, and for what cannot be iterated
 * @example
 * const pages = yield* map(urls, fetchPage, { concurrency: 10 });
 */
export function map<T, R>(
  items: Iterable<T> | AsyncIterable<T>,
  f: (item: T, index: number) => R & Checked<R>,
  options: { concurrency: number },
): Operation<Outcome<R>[]> {
  checkBody(f, "map");
  const iterable =
    typeof items === "string" || (typeof items === "object" && items !== null && Symbol.iterator in items);
  if ((!iterable && !canBePulled(items)) || items instanceof Leaf || items instanceof Composite)
    throw misuse(`map: the items must be an iterable or an async iterable, got ${describeValue(items)}.`);
  const concurrency = options?.concurrency;
  if (!(concurrency >= 1) || (concurrency !== Number.POSITIVE_INFINITY && !Number.isSafeInteger(concurrency)))
    throw misuse(
      `map: concurrency must be a whole number of at least 1, or Infinity, got ${describeValue(concurrency)}. Give it as { concurrency: n }.`,
    );
  return new Composite("map", () => performMap(items, f as unknown as F, concurrency)) as Operation<Outcome<R>[]>;
}
