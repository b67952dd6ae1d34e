// fileWriter: what comes in is written to a file, in order.

import type { FileHandle } from "node:fs/promises";
import { describeValue } from "../../base/errors.ts";
import { misuse } from "../../core/leaf.ts";
import type { Operation } from "../../core/types.ts";
import { Component } from "../component.ts";
import { bytesOf, type Data, flag, labelOf, optionsOf, type PartOptions, text } from "./options.ts";
import { type Caller, system, withFile } from "./system.ts";

/** Bytes of the messages that are written at once, as far as they are there. */
const GATHERED = 65_536;

export interface FileWriterOptions extends PartOptions {
  /** Is it written behind what is in the file? Default false: a file that is there is emptied first. */
  readonly append?: boolean | undefined;
  /** Written behind each message, as "\n" for lines. Default: nothing. */
  readonly terminator?: string | undefined;
}

class FileWriter extends Component<{ inbox: Data }, { outbox: never }> {
  readonly #path: string;
  readonly #append: boolean;
  readonly #terminator: string;

  constructor(path: string, append: boolean, terminator: string, name: string | undefined) {
    super({ name });
    this.#path = path;
    this.#append = append;
    this.#terminator = terminator;
  }

  override *main(): Operation<void> {
    const caller: Caller = { from: "fileWriter", label: labelOf(this) };
    yield* withFile(caller, this.#path, this.#append ? "a" : "w", (file) => this.#writeAll(file, caller));
  }

  *#writeAll(file: FileHandle, caller: Caller): Operation<void> {
    for (let item = yield* this.next(); !item.done; item = yield* this.next()) {
      const bytes = gathered(item.value, this, this.#terminator, "fileWriter");
      for (let written = 0; written < bytes.length; ) {
        const from = written;
        const what = `could not write ${JSON.stringify(this.#path)}`;
        const result = yield* system(caller, what, "Check the disk.", () => file.write(bytes, from));
        written += result.bytesWritten;
      }
    }
  }
}

/** A message, and those that lie behind it, as the bytes that are written at once. */
export function gathered(
  first: Data,
  self: Component<{ inbox: Data }, object>,
  terminator: string,
  from: string,
): Uint8Array {
  const end = terminator === "" ? null : Buffer.from(terminator);
  const pieces: Uint8Array[] = [];
  let size = 0;
  const add = (message: Data): void => {
    const bytes = bytesOf(message, from);
    pieces.push(bytes);
    if (end !== null) pieces.push(end);
    size += bytes.length;
  };
  add(first);
  while (size < GATHERED && self.dataReady() > 0) add(self.recv());
  return pieces.length === 1 ? (pieces[0] as Uint8Array) : Buffer.concat(pieces);
}

/**
 * Writes what comes, strings as UTF-8 and bytes, to a file. The file is opened when the component starts, and closed before it ends, so that all is in it when
 * those who wait for the end go on. Messages that lie ready are written together.
 *
 * **Cancellation.** A write that is under way is waited for, then the file is closed. What lies in the inbox is not written.
 *
 * @throws {@link ResourceError} for a file that cannot be opened, written or closed; {@link MisuseError} for messages that are neither, and at the call for options
 * that make no sense
 * @example
 * pipeline(events, transformer((event) => JSON.stringify(event)), fileWriter("events.log", { append: true, terminator: "\n" }));
 */
export function fileWriter(
  path: string,
  options: FileWriterOptions = {},
): Component<{ inbox: Data }, { outbox: never }> {
  const { append = false, terminator = "", name } = optionsOf(options, "fileWriter");
  text(path, "the path", "fileWriter");
  flag(append, "append", "fileWriter");
  if (typeof terminator !== "string")
    throw misuse(`fileWriter: the terminator must be a string, got ${describeValue(terminator)}.`);
  return new FileWriter(path, append, terminator, name);
}
