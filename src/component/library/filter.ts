// filter: passes on the messages that a function approves of.

import type { Checked, Operation } from "../../core/types.ts";
import { Component } from "../component.ts";
import { checkFunction, isPending, optionsOf, type PartOptions, settled } from "./options.ts";

class Filter<T> extends Component<{ inbox: T }, { outbox: T }> {
  readonly #predicate: (message: T) => unknown;

  constructor(predicate: (message: T) => unknown, { name }: PartOptions) {
    super({ name });
    this.#predicate = predicate;
  }

  override *main(): Operation<void> {
    const predicate = this.#predicate;
    for (let item = yield* this.next(); !item.done; item = yield* this.next()) {
      let answer = predicate(item.value);
      if (isPending(answer)) answer = yield* settled(answer);
      if (answer) yield* this.put(item.value);
    }
  }
}

/**
 * Passes on the messages for which a function answers true, in order; the others go nowhere. The function may be a plain one, an async one, or a generator
 * function of operations. One that tells types apart tells them of the outbox, too.
 *
 * **Cancellation.** As `transformer`.
 *
 * @throws what the function throws; {@link MisuseError} at the call if it is no function
 * @example
 * pipeline(createReadStream("log"), lines(), filter((line: string) => line.includes("ERROR")), consoleEchoer());
 */
export function filter<T, S extends T>(
  predicate: (message: T) => message is S,
  options?: PartOptions,
): Component<{ inbox: T }, { outbox: S }>;
export function filter<T, R = boolean | PromiseLike<boolean> | Operation<boolean>>(
  predicate: (message: T) => R & Checked<R>,
  options?: PartOptions,
): Component<{ inbox: T }, { outbox: T }>;
export function filter<T>(
  predicate: (message: T) => unknown,
  options: PartOptions = {},
): Component<{ inbox: T }, { outbox: T }> {
  checkFunction(predicate, "the predicate", "filter");
  return new Filter(predicate, optionsOf(options, "filter"));
}
