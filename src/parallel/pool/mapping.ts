// pool.map: one function over many items. Chunks of them are under way in calls, so many at a time; a chunk is asked for only when one of these has been handed on.

import { ClosedError, describeValue } from "../../base/errors.ts";
import { Ring } from "../../base/ring.ts";
import { type Channel, channel } from "../../channel/channel.ts";
import { Leaf, misuse } from "../../core/leaf.ts";
import { go } from "../../core/run.ts";
import type { Operation, Receiver, Selectable, Suspend, Task } from "../../core/types.ts";
import { group } from "../../flow/group.ts";
import { canBePulled, pulledFrom } from "../../flow/pull.ts";
import { until } from "../../flow/until.ts";
import { Semaphore } from "../../sync/semaphore.ts";

/** Chunks under way for each worker: one that is run, and one that is ready when it is done. */
const AHEAD = 2;

type Steps<T> = Generator<Suspend, T, unknown>;

export class Mapping<R> {
  declare readonly results: Receiver<R>;
  declare private readonly out: Channel<R>;
  declare private readonly next: (() => Operation<IteratorResult<unknown, unknown>>) | null;
  declare private readonly iterator: Iterator<unknown> | null;
  declare private readonly leave: (reason: unknown) => void;
  declare private readonly chunk: number;
  declare private readonly ordered: boolean;
  declare private readonly window: number;
  declare private readonly call: (chunk: unknown[]) => Selectable<R[]>;

  constructor(
    items: Iterable<unknown> | AsyncIterable<unknown>,
    { chunk, ordered }: { readonly chunk: number; readonly ordered: boolean },
    size: number,
    name: string,
    call: (chunk: unknown[]) => Selectable<R[]>,
  ) {
    this.chunk = chunk;
    this.ordered = ordered;
    this.window = size * AHEAD;
    this.call = call;
    this.out = channel<R>(chunk, { name: `map of ${name}` });
    this.results = this.out;
    this.iterator = null;
    this.next = null;
    this.leave = () => {};
    if (isReceiver(items)) this.next = () => items.next();
    else if (canBePulled(items)) {
      const pulled = pulledFrom(items as AsyncIterable<unknown>);
      this.next = () => until(() => pulled.next());
      this.leave = (reason) => pulled.leave(reason, true);
    } else if (typeof (items as Iterable<unknown> | null)?.[Symbol.iterator] === "function") {
      const iterator = (items as Iterable<unknown>)[Symbol.iterator]();
      this.iterator = iterator;
      this.leave = () => void iterator.return?.();
    } else throw misuse(`Pool.map: expected items that can be iterated, or a channel, got ${describeValue(items)}.`);
  }

  *drive(): Steps<void> {
    let isOver = false;
    try {
      yield* group(() => (this.ordered ? this.inOrder() : this.asReady()) as Operation<void>);
      isOver = true;
      this.out.close();
    } catch (error) {
      if (!isOver) this.leave(error);
      if (this.out.closed && error instanceof ClosedError) return; // nobody wants the rest
      this.out.close(error);
    }
  }

  private *inOrder(): Steps<void> {
    const underWay = new Ring<Task<R[]>>();
    for (;;) {
      const items = yield* this.take();
      if (items.length > 0) underWay.push(go(() => this.call(items)));
      while (underWay.size > 0 && (items.length === 0 || underWay.size >= this.window))
        for (const result of yield* underWay.shift()) yield* this.out.send(result);
      if (items.length < this.chunk && underWay.size === 0) return;
    }
  }

  private *asReady(): Steps<void> {
    const places = new Semaphore(this.window);
    const { out, call } = this;
    for (;;) {
      yield* places.acquire();
      const items = yield* this.take();
      if (items.length === 0) return;
      go(function* chunk(): Operation<void> {
        for (const result of yield* call(items)) yield* out.send(result);
        places.release();
      });
    }
  }

  /** The next items; fewer than a chunk only at the end. */
  private *take(): Steps<unknown[]> {
    const items: unknown[] = [];
    while (items.length < this.chunk) {
      const got = this.iterator === null ? yield* this.pull() : this.iterator.next();
      if (got.done === true) break;
      items.push(got.value);
    }
    return items;
  }

  private *pull(): Steps<IteratorResult<unknown, unknown>> {
    return yield* (this.next as () => Operation<IteratorResult<unknown, unknown>>)();
  }
}

function isReceiver(items: unknown): items is Receiver<unknown> {
  const { next, receive } = items as Partial<Receiver<unknown>>;
  return typeof next === "function" && typeof receive === "function" && !(items instanceof Leaf);
}
