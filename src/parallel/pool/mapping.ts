// pool.map: one function over many items. Chunks of them are under way in calls, so many at a time; a chunk is asked for only when one of these has been handed on.
//
// Invariant
//   a source that has ended or failed is not asked again, nor told that it is left

import { Cancelled, ClosedError, describeValue, TaskCancelledError } from "../../base/errors.ts";
import { Ring } from "../../base/ring.ts";
import { type Channel, channel } from "../../channel/channel.ts";
import { Composite } from "../../core/body.ts";
import { Leaf, misuse } from "../../core/leaf.ts";
import { go } from "../../core/run.ts";
import type { Operation, Receiver, Selectable, Suspend, Task } from "../../core/types.ts";
import { group } from "../../flow/group.ts";
import { outsideTasks } from "../../flow/outside.ts";
import { canBePulled, type Pulled, pulledFrom } from "../../flow/pull.ts";
import { until } from "../../flow/until.ts";
import { Semaphore } from "../../sync/semaphore.ts";

/** Chunks under way for each worker: one that is run, and one that is ready when it is done. */
const AHEAD = 2;

type Steps<T> = Generator<Suspend, T, unknown>;

export class Mapping<R> {
  declare readonly results: Receiver<R>;
  declare private readonly out: Channel<R>;
  /** The source: one of the two. */
  declare private readonly iterator: Iterator<unknown> | null;
  declare private readonly pulled: Pulled<unknown> | null;
  /** It gives no more. */
  declare private hasEnded: boolean;
  declare private isAsked: boolean;
  declare private hasGiven: boolean;
  declare private readonly chunk: number;
  declare private readonly ordered: boolean;
  declare private readonly window: number;
  declare private readonly name: string;
  declare private readonly call: (chunk: unknown[]) => Selectable<R[]>;
  /** Drives it. */
  declare private task: Pick<Task<unknown>, "cancel"> | null;

  constructor(
    items: Iterable<unknown> | AsyncIterable<unknown>,
    { chunk, ordered }: { readonly chunk: number; readonly ordered: boolean },
    size: number,
    name: string,
    call: (chunk: unknown[]) => Selectable<R[]>,
  ) {
    const pulls = canBePulled(items);
    if ((!pulls && !isIterable(items)) || items instanceof Leaf || items instanceof Composite)
      throw misuse(`Pool.map: expected items that can be iterated, or a channel, got ${describeValue(items)}.`);
    this.chunk = chunk;
    this.ordered = ordered;
    this.window = size * AHEAD;
    this.name = name;
    this.call = call;
    this.out = channel<R>(chunk, { name: `map of ${name}` });
    this.results = new Results(this.out, (reason) => this.task?.cancel(reason));
    this.iterator = pulls ? null : (items as Iterable<unknown>)[Symbol.iterator]();
    this.pulled = pulls ? pulledFrom(items as AsyncIterable<unknown>) : null;
    this.hasEnded = false;
    this.isAsked = false;
    this.hasGiven = false;
    this.task = null;
  }

  /** `start` starts a body as a task. */
  begin(start: (body: () => Operation<void>) => Pick<Task<unknown>, "cancel">): void {
    this.task = start(() => this.drive() as Operation<void>);
  }

  private *drive(): Steps<void> {
    try {
      yield* group(() => (this.ordered ? this.inOrder() : this.asReady()) as Operation<void>);
      this.out.close();
    } catch (error) {
      const outcome = this.leave(error);
      const isCancelled = outcome instanceof Cancelled;
      this.out.close(
        isCancelled
          ? new TaskCancelledError(`Pool.map: the map of ${this.name} was cancelled.`, outcome.reason)
          : outcome,
      );
      if (isCancelled) throw outcome;
    }
  }

  private *inOrder(): Steps<void> {
    const underWay = new Ring<Task<R[]>>();
    for (;;) {
      const items = yield* this.take();
      if (items.length > 0) underWay.push(go(() => this.call(items)));
      while (underWay.size > 0 && (this.hasEnded || underWay.size >= this.window))
        for (const result of yield* underWay.shift()) yield* this.out.send(result);
      if (this.hasEnded) return;
    }
  }

  private *asReady(): Steps<void> {
    const places = new Semaphore(this.window);
    const { out, call } = this;
    for (;;) {
      yield* places.acquire();
      const items = yield* this.take();
      if (items.length > 0)
        go(function* chunk(): Operation<void> {
          for (const result of yield* call(items)) yield* out.send(result);
          places.release();
        });
      if (this.hasEnded) return;
    }
  }

  /** The next items; fewer than a chunk only at the end. */
  private *take(): Steps<unknown[]> {
    const items: unknown[] = [];
    while (items.length < this.chunk) {
      let got: IteratorResult<unknown, unknown>;
      this.isAsked = true;
      try {
        got = this.iterator === null ? yield* this.pull() : this.iterator.next();
      } catch (error) {
        this.hasEnded = !(error instanceof Cancelled);
        throw error;
      }
      this.isAsked = false;
      if (got.done === true) {
        this.hasEnded = true;
        break;
      }
      this.hasGiven = true;
      items.push(got.value);
    }
    return items;
  }

  private *pull(): Steps<IteratorResult<unknown, unknown>> {
    const next = (this.pulled as Pulled<unknown>).next();
    return (yield* next instanceof Leaf ? next : until(Promise.resolve(next))) as IteratorResult<unknown, unknown>;
  }

  /** It ends before its source has: tells the source so. Answers what it ends with. */
  private leave(error: unknown): unknown {
    if (this.hasEnded) return error;
    const left = outsideTasks(() => {
      this.iterator?.return?.();
      this.pulled?.leave(undefined, this.hasGiven && !this.isAsked);
    });
    if (!left.failed) return error;
    if (error instanceof Cancelled || error instanceof ClosedError) return left.error;
    return new AggregateError([error, left.error], "Pool.map: a call failed, and so did the source when it was left");
  }
}

/** The receiver of a map: who gives it up ends the map, at whatever it is. */
class Results<R> implements Receiver<R> {
  declare private readonly out: Channel<R>;
  declare private readonly left: (reason: unknown) => void;

  constructor(out: Channel<R>, left: (reason: unknown) => void) {
    this.out = out;
    this.left = left;
  }

  receive(): Selectable<R> {
    return this.out.receive();
  }

  next(): Selectable<IteratorResult<R, void>> {
    return this.out.next();
  }

  tryReceive(): ReturnType<Receiver<R>["tryReceive"]> {
    return this.out.tryReceive() as ReturnType<Receiver<R>["tryReceive"]>;
  }

  [Symbol.asyncIterator](): AsyncIterator<R> {
    return this.out[Symbol.asyncIterator]();
  }

  cancel(reason?: unknown): void {
    this.out.cancel(reason);
    this.left(reason);
  }
}

function isIterable(items: unknown): boolean {
  return typeof items === "string" || (typeof items === "object" && items !== null && Symbol.iterator in items);
}
