// sequence: the values of an iterable, one after the other.

import { describeValue } from "../../base/errors.ts";
import { misuse } from "../../core/leaf.ts";
import type { Operation } from "../../core/types.ts";
import { fromIterable } from "../../flow/iterable.ts";
import { Component } from "../component.ts";
import { flag, optionsOf, type PartOptions } from "./options.ts";

export interface SequenceOptions extends PartOptions {
  /** Does it give one value for each message that comes, whatever it is? Default false: as there is room. */
  readonly onDemand?: boolean | undefined;
}

class Sequence<T> extends Component<{ inbox: unknown }, { outbox: T }> {
  readonly #values: Iterable<T> | AsyncIterable<T>;
  readonly #onDemand: boolean;

  constructor(values: Iterable<T> | AsyncIterable<T>, onDemand: boolean, name: string | undefined) {
    super({ name });
    this.#values = values;
    this.#onDemand = onDemand;
  }

  override *main(): Operation<void> {
    const values = this.#values;
    if (Symbol.asyncIterator in values) yield* this.#giveAsync(values);
    else yield* this.#giveAll(values);
  }

  *#giveAll(values: Iterable<T>): Operation<void> {
    const iterator = values[Symbol.iterator]();
    let ended = false;
    try {
      for (;;) {
        if (this.#onDemand && (yield* this.next()).done) return;
        ended = true; // if it throws, it has
        const step = iterator.next();
        if (step.done) return;
        ended = false;
        yield* this.put(step.value);
      }
    } finally {
      if (!ended) iterator.return?.();
    }
  }

  *#giveAsync(values: AsyncIterable<T>): Operation<void> {
    const receiver = fromIterable(values);
    try {
      for (;;) {
        if (this.#onDemand && (yield* this.next()).done) return;
        const step = yield* receiver.next();
        if (step.done) return;
        yield* this.put(step.value);
      }
    } finally {
      receiver.cancel();
    }
  }
}

/**
 * Gives the values of an iterable, async or not, as there is room; with `onDemand`, one for each message that comes. A value is asked of the iterable only when
 * it can be given. Ends with the iterable; on demand also when nobody can ask any more. The iterable is told when no more is wanted.
 *
 * @throws what the iterable throws; {@link MisuseError} at the call for what is none, a string too
 * @example
 * pipeline(sequence(["a", "b", "c"]), consoleEchoer());
 */
export function sequence<T>(
  values: Iterable<T> | AsyncIterable<T>,
  options: SequenceOptions = {},
): Component<{ inbox: unknown }, { outbox: T }> {
  const { onDemand = false, name } = optionsOf(options, "sequence");
  const iterates =
    typeof values === "object" && values !== null && (Symbol.iterator in values || Symbol.asyncIterator in values);
  if (!iterates)
    throw misuse(`sequence: expected an iterable, got ${describeValue(values)}. Give it an array, or a generator.`);
  flag(onDemand, "onDemand", "sequence");
  return new Sequence(values, onDemand, name);
}
