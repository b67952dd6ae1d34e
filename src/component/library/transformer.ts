// transformer: passes on what a function makes of each message.

import type { Checked, Operation, Outcome } from "../../core/types.ts";
import { Component } from "../component.ts";
import { checkFunction, isPending, optionsOf, type PartOptions, settled } from "./options.ts";

class Transformer<I, O> extends Component<{ inbox: I }, { outbox: O }> {
  readonly #f: (message: I) => unknown;

  constructor(f: (message: I) => unknown, { name }: PartOptions) {
    super({ name });
    this.#f = f;
  }

  override *main(): Operation<void> {
    const f = this.#f;
    for (let item = yield* this.next(); !item.done; item = yield* this.next()) {
      let result = f(item.value);
      if (isPending(result)) result = yield* settled(result);
      if (result !== null && result !== undefined) yield* this.put(result as O);
    }
  }
}

/**
 * Passes on what a function makes of each message; nothing, where that is null or undefined. The function may be a plain one, an async one, or a generator
 * function of operations. One message at a time, in order.
 *
 * **Cancellation.** Reaches a generator; the promise of an async function is not waited for any more.
 *
 * @throws what the function throws; {@link MisuseError} at the call if it is no function
 * @example
 * pipeline(source, transformer((line: string) => line.trim() || null), transformer(async (url: string) => (await fetch(url)).status), sink);
 */
export function transformer<I, R>(
  f: (message: I) => R & Checked<R>,
  options: PartOptions = {},
): Component<{ inbox: I }, { outbox: NonNullable<Outcome<R>> }> {
  checkFunction(f, "the function", "transformer");
  return new Transformer(f, optionsOf(options, "transformer"));
}
