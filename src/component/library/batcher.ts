// batcher: messages gathered into arrays, by how many there are or by how long they have waited.

import { misuse } from "../../core/leaf.ts";
import { select } from "../../core/select.ts";
import type { Operation } from "../../core/types.ts";
import { timer } from "../../time/timer.ts";
import { Component } from "../component.ts";
import { milliseconds, optionsOf, type PartOptions, wholeNumber } from "./options.ts";

export interface BatcherOptions extends PartOptions {
  /** A batch is given when it has so many messages. Default: any number. */
  readonly count?: number | undefined;
  /** A batch is given so many milliseconds after its first message has come. Default: no such limit. */
  readonly ms?: number | undefined;
}

class Batcher<T> extends Component<{ inbox: T }, { outbox: readonly T[] }> {
  readonly #count: number;
  readonly #ms: number;

  constructor(count: number, ms: number, name: string | undefined) {
    super({ name });
    this.#count = count;
    this.#ms = ms;
  }

  override *main(): Operation<void> {
    const due = timer(Number.POSITIVE_INFINITY);
    let batch: T[] = [];
    for (;;) {
      let full = false;
      if (batch.length > 0 && this.#ms !== Number.POSITIVE_INFINITY) {
        const got = yield* select({ due: due.fired, message: this.next() }, { priority: true });
        full = got.key === "due";
        if (got.key === "message") {
          if (got.value.done) break;
          batch.push(got.value.value);
        }
      } else {
        const item = yield* this.next();
        if (item.done) break;
        if (batch.length === 0) due.reset(this.#ms);
        batch.push(item.value);
      }
      if (!full && batch.length < this.#count) continue;
      due.stop();
      const given = batch;
      batch = [];
      yield* this.put(given);
    }
    if (batch.length > 0) yield* this.put(batch);
  }
}

/**
 * Gathers messages into arrays: of `count` messages, or of what has come within `ms` milliseconds of the first; whichever is sooner. An array is never empty.
 * What is left is given at the end. Waits while there is no room for a batch.
 *
 * @throws {@link MisuseError} at the call if neither is given, or they make no sense
 * @example
 * pipeline(readings, batcher<Reading>({ count: 500, ms: 1_000 }), insertRows);
 */
export function batcher<T>(options: BatcherOptions): Component<{ inbox: T }, { outbox: readonly T[] }> {
  const { count = Number.POSITIVE_INFINITY, ms = Number.POSITIVE_INFINITY, name } = optionsOf(options, "batcher");
  wholeNumber(count, "count", "batcher");
  milliseconds(ms, "ms", "batcher");
  if (count === Number.POSITIVE_INFINITY && ms === Number.POSITIVE_INFINITY)
    throw misuse("batcher: a batch would never be full. Give count, or ms, or both.");
  return new Batcher(count, ms, name);
}
