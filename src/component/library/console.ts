// consoleReader and consoleEchoer: lines that are typed, and messages that are shown.

import type { Readable, Writable } from "node:stream";
import { inspect } from "node:util";
import { describeValue, OffshootError } from "../../base/errors.ts";
import { misuse } from "../../core/leaf.ts";
import type { Operation } from "../../core/types.ts";
import { Component } from "../component.ts";
import { LineCutter, type LinesOptions } from "./line-cutter.ts";
import { ChunkSource, heedErrors, write } from "./node-streams.ts";
import { labelOf, optionsOf, type PartOptions } from "./options.ts";
import { resourceError } from "./system.ts";

export interface ConsoleReaderOptions extends LinesOptions {
  /** Where lines come from. Default: standard input. */
  readonly input?: Readable | undefined;
  /** Written to standard output each time before a line is waited for. Default: nothing. */
  readonly prompt?: string | undefined;
  /** Where the prompt goes. Default: standard output. */
  readonly output?: Writable | undefined;
}

export interface ConsoleEchoerOptions extends PartOptions {
  /** Where messages go. Default: standard output. */
  readonly output?: Writable | undefined;
  /** Written behind each message. Default: "\n". */
  readonly terminator?: string | undefined;
}

class ConsoleReader extends Component<{ inbox: unknown }, { outbox: string }> {
  readonly #options: ConsoleReaderOptions;

  constructor(options: ConsoleReaderOptions) {
    super({ name: options.name });
    this.#options = options;
  }

  override *main(): Operation<void> {
    const { input = process.stdin, output = process.stdout, prompt = "" } = this.#options;
    const source = new ChunkSource(input);
    const undo = heedErrors(output);
    let failed = false;
    try {
      yield* this.#giveLines(source, output, prompt);
    } catch (error) {
      failed = !(error instanceof OffshootError);
      if (!failed) throw error;
      const caller = { from: "consoleReader", label: labelOf(this) };
      throw resourceError(caller, "could not read the console", error, "Check where standard input comes from.");
    } finally {
      source.leave();
      undo(failed);
    }
  }

  *#giveLines(source: ChunkSource, output: Writable, prompt: string): Operation<void> {
    const cutter = new LineCutter(this.#options, "consoleReader", labelOf(this));
    if (prompt !== "") yield* write(output, prompt);
    for (let chunk = yield* source.next(); chunk !== null; chunk = yield* source.next()) {
      for (const line of cutter.cut(chunk)) {
        yield* this.put(line);
        if (prompt !== "") yield* write(output, prompt);
      }
    }
    const last = cutter.end();
    if (last !== null) yield* this.put(last);
  }
}

class ConsoleEchoer<T> extends Component<{ inbox: T }, { outbox: T }> {
  readonly #output: Writable;
  readonly #terminator: string;

  constructor(output: Writable, terminator: string, name: string | undefined) {
    super({ name });
    this.#output = output;
    this.#terminator = terminator;
  }

  override *main(): Operation<void> {
    const undo = heedErrors(this.#output);
    let failed = false;
    try {
      for (let item = yield* this.next(); !item.done; item = yield* this.next()) {
        yield* write(this.#output, `${shown(item.value)}${this.#terminator}`);
        yield* this.put(item.value);
      }
    } catch (error) {
      failed = !(error instanceof OffshootError);
      if (!failed) throw error;
      const caller = { from: "consoleEchoer", label: labelOf(this) };
      throw resourceError(caller, "could not write to the console", error, "Check where standard output goes.");
    } finally {
      undo(failed);
    }
  }
}

const decoder = new TextDecoder();

function shown(message: unknown): string {
  if (typeof message === "string") return message;
  if (message instanceof Uint8Array) return decoder.decode(message);
  return inspect(message);
}

/**
 * Gives the lines that are typed at standard input, one at a time as there is room, and ends with it. The process can end when the component has.
 *
 * **Cancellation.** Stops reading; what was read and not given is lost.
 *
 * @throws {@link ResourceError} for input that fails; {@link DataError} for a line that is too long
 * @example
 * pipeline(consoleReader({ prompt: "> " }), transformer(answer), consoleEchoer());
 */
export function consoleReader(options: ConsoleReaderOptions = {}): Component<{ inbox: unknown }, { outbox: string }> {
  const { prompt = "" } = optionsOf(options, "consoleReader");
  if (typeof prompt !== "string")
    throw misuse(`consoleReader: the prompt must be a string, got ${describeValue(prompt)}.`);
  new LineCutter(options, "consoleReader", ""); // refuses what makes no sense now
  return new ConsoleReader(options);
}

/**
 * Shows each message on standard output: text and bytes as they are, other values as `console.log` shows them, each on a line of its own. Passes on what it has
 * shown. Waits until it is written, and never ends standard output.
 *
 * @throws {@link ResourceError} for output that fails; {@link MisuseError} at the call for options that make no sense
 * @example
 * pipeline(clock(1_000), consoleEchoer());
 */
export function consoleEchoer<T>(options: ConsoleEchoerOptions = {}): Component<{ inbox: T }, { outbox: T }> {
  const { output = process.stdout, terminator = "\n", name } = optionsOf(options, "consoleEchoer");
  if (typeof terminator !== "string")
    throw misuse(`consoleEchoer: the terminator must be a string, got ${describeValue(terminator)}.`);
  return new ConsoleEchoer<T>(output, terminator, name);
}
