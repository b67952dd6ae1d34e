// oneShot: one message, and the end.

import type { Operation } from "../../core/types.ts";
import { Component } from "../component.ts";
import { flag, optionsOf, type PartOptions } from "./options.ts";

export interface OneShotOptions extends PartOptions {
  /** Does it wait for a message, whatever it is, before it gives its own? Default false. */
  readonly triggered?: boolean | undefined;
}

class OneShot<T> extends Component<{ inbox: unknown }, { outbox: T }> {
  readonly #message: T;
  readonly #triggered: boolean;

  constructor(message: T, triggered: boolean, name: string | undefined) {
    super({ name });
    this.#message = message;
    this.#triggered = triggered;
  }

  override *main(): Operation<void> {
    if (this.#triggered && (yield* this.next()).done) return;
    yield* this.put(this.#message);
  }
}

/**
 * Gives one message and ends. With `triggered` it gives it when a message has come, and nothing if none will.
 *
 * @throws {@link MisuseError} at the call for options that make no sense
 * @example
 * pipeline(oneShot("GET / HTTP/1.0\r\n\r\n"), socket);
 */
export function oneShot<T>(message: T, options: OneShotOptions = {}): Component<{ inbox: unknown }, { outbox: T }> {
  const { triggered = false, name } = optionsOf(options, "oneShot");
  flag(triggered, "triggered", "oneShot");
  return new OneShot(message, triggered, name);
}
