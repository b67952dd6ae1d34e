// framer and deframer: messages of bytes over a stream that does not keep them apart, and may damage them.

import type { Operation } from "../../core/types.ts";
import { Component } from "../component.ts";
import { DataError } from "../errors.ts";
import { type DeframerStats, FrameFinder, framed, LONGEST } from "./frames.ts";
import { bytesOf, type Data, labelOf, oneOf, optionsOf, type PartOptions, wholeNumber } from "./options.ts";

/** Bytes. */
const DEFAULT_LONGEST = 16 * 1024 * 1024;

export interface FramerOptions extends PartOptions {
  /** Bytes of the longest message: a whole number, at most 2 ** 32 - 1. Default: 16 MiB. */
  readonly maxLength?: number | undefined;
}

export interface DeframerOptions extends FramerOptions {
  /** What is done about bytes that are no frame, or a damaged one: "fail" (the default) with a `DataError`, or "resync": pass over them, and count them. */
  readonly damage?: "fail" | "resync" | undefined;
}

class Framer extends Component<{ inbox: Data }, { outbox: Uint8Array }> {
  readonly #maxLength: number;

  constructor(maxLength: number, name: string | undefined) {
    super({ name });
    this.#maxLength = maxLength;
  }

  override *main(): Operation<void> {
    for (let item = yield* this.next(); !item.done; item = yield* this.next()) {
      const content = bytesOf(item.value, "framer");
      if (content.length > this.#maxLength)
        throw new DataError(
          `framer: "${labelOf(this)}" got a message of ${content.length} bytes, which is more than maxLength (${this.#maxLength}). Raise it, here and at the deframer.`,
        );
      yield* this.put(framed(content));
    }
  }
}

class Deframer extends Component<{ inbox: Uint8Array }, { outbox: Uint8Array }> {
  readonly #finder: FrameFinder;

  constructor(maxLength: number, resyncs: boolean, name: string | undefined) {
    super({ name });
    this.#finder = new FrameFinder(maxLength, resyncs, labelOf(this));
  }

  override *main(): Operation<void> {
    for (let item = yield* this.next(); !item.done; item = yield* this.next())
      for (const content of this.#finder.find(bytesOf(item.value, "deframer"))) yield* this.put(content);
    for (const content of this.#finder.end()) yield* this.put(content);
  }

  stats(): DeframerStats {
    const { frames, damaged, skippedBytes } = this.#finder;
    return Object.freeze({ frames, damaged, skippedBytes });
  }
}

/**
 * Puts each message, a string or bytes, into a frame: a mark, the length, checksums (CRC-32), and the message. A `deframer` finds the messages again, however
 * the bytes were cut. 16 bytes a message. O(bytes).
 *
 * @throws {@link DataError} for a message that is too long; {@link MisuseError} at the call for options that make no sense
 * @example
 * pipeline(messages, framer(), socket);
 */
export function framer(options: FramerOptions = {}): Component<{ inbox: Data }, { outbox: Uint8Array }> {
  const { maxLength = DEFAULT_LONGEST, name } = optionsOf(options, "framer");
  return new Framer(lengthOf(maxLength, "framer"), name);
}

/**
 * Gives the messages that a `framer` has put into frames. Takes the bytes in pieces of any size. What is damaged is never given: by default it fails the
 * component; with `damage: "resync"` it goes on with the next frame that is whole, also where bytes were lost or added. A message that itself holds frames may
 * then give those, if it was damaged. At most one frame, and the piece it came with, is kept in memory.
 *
 * @throws {@link DataError} for damaged data, for data that ends within a frame, and for a frame longer than `maxLength`; {@link MisuseError} at the call for options
 * that make no sense
 * @example
 * const messages = deframer({ damage: "resync", maxLength: 65_536 });
 * yield* pipeline(serialPort, messages, handle);
 * console.log(messages.stats().damaged);
 */
export function deframer(
  options: DeframerOptions = {},
): Component<{ inbox: Uint8Array }, { outbox: Uint8Array }> & { stats(): DeframerStats } {
  const { maxLength = DEFAULT_LONGEST, damage = "fail", name } = optionsOf(options, "deframer");
  const resyncs = oneOf(damage, ["fail", "resync"], "damage", "deframer") === "resync";
  return new Deframer(lengthOf(maxLength, "deframer"), resyncs, name);
}

function lengthOf(maxLength: unknown, from: string): number {
  return Math.min(wholeNumber(maxLength, "maxLength", from), LONGEST);
}
