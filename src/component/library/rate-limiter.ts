// rateLimiter: messages pass, but not too many a second.

import { describeValue } from "../../base/errors.ts";
import { misuse } from "../../core/leaf.ts";
import type { Operation } from "../../core/types.ts";
import { now } from "../../time/clock.ts";
import { sleep } from "../../time/sleep.ts";
import { Component } from "../component.ts";
import { aboveZero, checkFunction, milliseconds, optionsOf, type PartOptions } from "./options.ts";
import { Pace } from "./pace.ts";

export interface RateLimiterOptions<T> extends PartOptions {
  /** How many messages pass in a second. Default: any number. */
  readonly messagesPerSecond?: number | undefined;
  /** How many bytes pass in a second. Default: any number. */
  readonly bytesPerSecond?: number | undefined;
  /** Time in which nothing passed is made up for, up to so many milliseconds: then a burst passes at once. Default: 0, evenly spaced. */
  readonly burstMs?: number | undefined;
  /** The bytes of a message. Default: those of bytes, and of a string as UTF-8. */
  readonly bytesOf?: ((message: T) => number) | undefined;
}

class RateLimiter<T> extends Component<{ inbox: T }, { outbox: T }> {
  readonly #messages: Pace;
  readonly #bytes: Pace;
  readonly #bytesOf: (message: T) => number;

  constructor(messages: Pace, bytes: Pace, bytesOf: (message: T) => number, name: string | undefined) {
    super({ name });
    this.#messages = messages;
    this.#bytes = bytes;
    this.#bytesOf = bytesOf;
  }

  override *main(): Operation<void> {
    for (let item = yield* this.next(); !item.done; item = yield* this.next()) {
      const time = now();
      const wait = Math.max(this.#messages.wait(time), this.#bytes.wait(time));
      if (wait > 0) yield* sleep(wait);
      const passed = now();
      this.#messages.spend(1, passed);
      this.#bytes.spend(this.#bytesOf(item.value), passed);
      yield* this.put(item.value);
    }
  }
}

/**
 * Lets messages pass at a rate: so many a second, so many bytes a second, or both. A message that may not pass yet waits, and those behind it, up to whoever
 * sends them. A message passes whole, and what follows waits until its bytes are paid for. In order. The end comes after the last message.
 *
 * @throws {@link MisuseError} at the call if no rate is given, or options make no sense; for a message of which it does not know how many bytes it has
 * @example
 * pipeline(chunks, rateLimiter({ bytesPerSecond: 64_000, burstMs: 500 }), socket);
 */
export function rateLimiter<T>(options: RateLimiterOptions<T>): Component<{ inbox: T }, { outbox: T }> {
  const { messagesPerSecond, bytesPerSecond, burstMs = 0, bytesOf, name } = optionsOf(options, "rateLimiter");
  if (messagesPerSecond === undefined && bytesPerSecond === undefined)
    throw misuse("rateLimiter: there is no rate. Give messagesPerSecond, or bytesPerSecond, or both.");
  milliseconds(burstMs, "burstMs", "rateLimiter");
  if (bytesOf !== undefined) checkFunction(bytesOf, "bytesOf", "rateLimiter");
  const pace = (rate: number | undefined, what: string): Pace =>
    new Pace(rate === undefined ? Number.POSITIVE_INFINITY : aboveZero(rate, what, "rateLimiter"), burstMs);
  return new RateLimiter<T>(
    pace(messagesPerSecond, "messagesPerSecond"),
    pace(bytesPerSecond, "bytesPerSecond"),
    bytesPerSecond === undefined ? () => 0 : (bytesOf ?? sizeOf),
    name,
  );
}

function sizeOf(message: unknown): number {
  if (typeof message === "string") return Buffer.byteLength(message);
  if (ArrayBuffer.isView(message) || message instanceof ArrayBuffer) return message.byteLength;
  throw misuse(
    `rateLimiter: how many bytes has ${describeValue(message)}? Messages are strings or bytes; give bytesOf for others.`,
  );
}
