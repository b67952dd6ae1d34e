// lines: text in pieces, or bytes of it, as lines.

import type { Operation } from "../../core/types.ts";
import { Component } from "../component.ts";
import { LineCutter, type LinesOptions } from "./line-cutter.ts";
import { type Data, labelOf } from "./options.ts";

export interface LineStats {
  /** Lines that were left out because they were too long. */
  readonly skipped: number;
}

class Lines extends Component<{ inbox: Data }, { outbox: string }> {
  readonly #cutter: LineCutter;

  constructor(options: LinesOptions) {
    super({ name: options?.name });
    this.#cutter = new LineCutter(options, "lines", labelOf(this));
  }

  override *main(): Operation<void> {
    for (let item = yield* this.next(); !item.done; item = yield* this.next())
      for (const line of this.#cutter.cut(item.value)) yield* this.put(line);
    const last = this.#cutter.end();
    if (last !== null) yield* this.put(last);
  }

  stats(): LineStats {
    return Object.freeze({ skipped: this.#cutter.skipped });
  }
}

/**
 * Cuts text into lines, without their ends, which are "\n" or "\r\n". Takes strings and bytes, cut anywhere, also within a character. What comes after the
 * last end of a line is given at the end. A line longer than `maxLength` fails the component, or is left out; it is never kept in memory.
 *
 * @throws {@link DataError} for a line that is too long; {@link MisuseError} for messages that are neither, and at the call for options that make no sense
 * @example
 * pipeline(createReadStream("log"), lines({ maxLength: 10_000, overlong: "skip" }), consoleEchoer());
 */
export function lines(
  options: LinesOptions = {},
): Component<{ inbox: Data }, { outbox: string }> & { stats(): LineStats } {
  return new Lines(options);
}
