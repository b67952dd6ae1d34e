// What tests of components put before and behind a part, to see what it makes of messages.

import { type Operation, sleep } from "offshoot";
import { type AnyComponent, Component, pipeline, sequence } from "offshoot/component";

/** Keeps what comes to it; for so long each, if a time is given. */
export class Collector<T> extends Component<{ inbox: T }, { outbox: never }> {
  readonly got: T[] = [];
  readonly #ms: number;

  constructor(ms = 0) {
    super();
    this.#ms = ms;
  }

  override *main(): Operation<void> {
    for (let item = yield* this.next(); !item.done; item = yield* this.next()) {
      this.got.push(item.value);
      if (this.#ms > 0) yield* sleep(this.#ms);
    }
  }
}

/** Gives values, each after a time in milliseconds, as in `[[0, "a"], [10, "b"]]`. */
export class Timed<T> extends Component<{ inbox: never }, { outbox: T }> {
  readonly #plan: readonly (readonly [number, T])[];

  constructor(plan: readonly (readonly [number, T])[]) {
    super();
    this.#plan = plan;
  }

  override *main(): Operation<void> {
    for (const [ms, value] of this.#plan) {
      yield* sleep(ms);
      yield* this.put(value);
    }
  }
}

/** What comes out of a part, or of several in a row, when these messages have gone in. */
export function* through<O>(messages: Iterable<unknown>, ...parts: readonly AnyComponent[]): Operation<O[]> {
  const collector = new Collector<O>();
  yield* pipeline([sequence(messages), ...parts, collector] as never, {});
  return collector.got;
}

/** What comes out of a source until its end. */
export function* all<O>(...parts: readonly AnyComponent[]): Operation<O[]> {
  const collector = new Collector<O>();
  yield* pipeline([...parts, collector] as never, {});
  return collector.got;
}
