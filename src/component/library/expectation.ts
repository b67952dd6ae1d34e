// expectation and comparator: parts that tests are made of. They fail with the first difference.

import { isDeepStrictEqual } from "node:util";
import { describeValue } from "../../base/errors.ts";
import { misuse } from "../../core/leaf.ts";
import type { Operation } from "../../core/types.ts";
import { Component } from "../component.ts";
import { ExpectationError } from "../errors.ts";
import { difference, shown } from "./difference.ts";
import { checkFunction, labelOf, oneOf, optionsOf, type PartOptions } from "./options.ts";

export interface ComparatorOptions<E, A = E> extends PartOptions {
  /** Are two messages the same? Default: `isDeepStrictEqual`. */
  readonly equal?: ((expected: E, actual: A) => boolean) | undefined;
}

export interface ExpectationOptions<E, A = E> extends ComparatorOptions<E, A> {
  /** Do messages have to come in this order? Default: "exact"; with "any" they may come in any. */
  readonly order?: "exact" | "any" | undefined;
}

class Comparator<E, A> extends Component<{ inbox: A; expected: E }, { outbox: A }> {
  readonly #equal: (expected: E, actual: A) => boolean;

  constructor(equal: (expected: E, actual: A) => boolean, name: string | undefined) {
    super({ name, inboxes: { expected: "the messages that have to come" } });
    this.#equal = equal;
  }

  override *main(): Operation<void> {
    for (let n = 1; ; n++) {
      const actual = yield* this.next();
      const expected = yield* this.next("expected");
      if (actual.done && expected.done) return;
      const who = `comparator: "${labelOf(this)}"`;
      if (actual.done)
        throw new ExpectationError(
          `${who} got ${n - 1} messages, and then the end, where ${shown(expected.value)} was expected.`,
          expected.value,
          undefined,
        );
      if (expected.done)
        throw new ExpectationError(
          `${who} got ${shown(actual.value)} as message ${n}, where the end was expected.`,
          undefined,
          actual.value,
        );
      if (!this.#equal(expected.value, actual.value))
        throw new ExpectationError(
          `${who} got something else as message ${n}: ${difference(expected.value, actual.value)}.`,
          expected.value,
          actual.value,
        );
      yield* this.put(actual.value);
    }
  }
}

class Expectation<E, A> extends Component<{ inbox: A }, { outbox: A }> {
  readonly #expected: readonly E[];
  readonly #equal: (expected: E, actual: A) => boolean;
  readonly #anyOrder: boolean;

  constructor(
    expected: readonly E[],
    equal: (expected: E, actual: A) => boolean,
    anyOrder: boolean,
    name: string | undefined,
  ) {
    super({ name });
    this.#expected = expected;
    this.#equal = equal;
    this.#anyOrder = anyOrder;
  }

  override *main(): Operation<void> {
    const left = [...this.#expected];
    let n = 0;
    for (let item = yield* this.next(); !item.done; item = yield* this.next()) {
      this.#strike(left, item.value, ++n);
      yield* this.put(item.value);
    }
    if (left.length === 0) return;
    const rest = left.length === 1 ? shown(left[0]) : `${shown(left[0])} and ${left.length - 1} more`;
    throw new ExpectationError(
      `expectation: "${labelOf(this)}" got ${n} messages of ${this.#expected.length}: ${rest} did not come.`,
      left[0],
      undefined,
    );
  }

  /** Strikes a message off the list. */
  #strike(left: E[], actual: A, n: number): void {
    const at = this.#anyOrder ? left.findIndex((expected) => this.#equal(expected, actual)) : 0;
    if (left.length > 0 && at >= 0 && this.#equal(left[at] as E, actual)) {
      left.splice(at, 1);
      return;
    }
    const who = `expectation: "${labelOf(this)}"`;
    if (left.length === 0)
      throw new ExpectationError(
        `${who} expected ${this.#expected.length} messages, and got another: ${shown(actual)}.`,
        undefined,
        actual,
      );
    const what = this.#anyOrder
      ? `none of the ${left.length} that are left is ${shown(actual)}`
      : difference(left[0], actual);
    throw new ExpectationError(`${who} expected something else as message ${n}: ${what}.`, left[0], actual);
  }
}

/**
 * Compares two streams of messages: those that come to `inbox` have to be those that come to `expected`, one by one, and to end with them. Passes on what is as it
 * should be. The first difference fails the component.
 *
 * @throws {@link ExpectationError}, with both messages; what `equal` throws; {@link MisuseError} at the call for an `equal` that is no function
 * @example
 * graphline({
 *   parts: { input: sequence(samples), fast: fastVersion(), model: slowVersion(), split, same: comparator<number>() },
 *   links: { "fast.outbox": "same.inbox", "model.outbox": "same.expected", ...inputs },
 * });
 */
export function comparator<E, A = E>(
  options: ComparatorOptions<E, A> = {},
): Component<{ inbox: A; expected: E }, { outbox: A }> {
  const { equal = isDeepStrictEqual, name } = optionsOf(options, "comparator");
  checkFunction(equal, "equal", "comparator");
  return new Comparator<E, A>(equal, name);
}

/**
 * Expects these messages, no others, and then the end. Passes on what is as it should be, so that it may stand anywhere in a pipeline. The first message that is
 * not expected fails the component, with the place where it differs; so does the end, while some are missing.
 *
 * @throws {@link ExpectationError}, with both messages; what `equal` throws; {@link MisuseError} at the call for what is no list
 * @example
 * await run(() => pipeline(sequence(["a", "b"]), transformer((text: string) => text.toUpperCase()), expectation(["A", "B"])));
 */
export function expectation<E, A = E>(
  expected: readonly E[],
  options: ExpectationOptions<E, A> = {},
): Component<{ inbox: A }, { outbox: A }> {
  const { equal = isDeepStrictEqual, order = "exact", name } = optionsOf(options, "expectation");
  if (!Array.isArray(expected))
    throw misuse(`expectation: what is expected must be an array, got ${describeValue(expected)}.`);
  checkFunction(equal, "equal", "expectation");
  const anyOrder = oneOf(order, ["exact", "any"], "order", "expectation") === "any";
  return new Expectation<E, A>([...expected], equal, anyOrder, name);
}
