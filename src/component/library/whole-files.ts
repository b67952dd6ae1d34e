// wholeFileReader and wholeFileWriter: a message is a file.

import { readFile, writeFile } from "node:fs/promises";
import { describeValue } from "../../base/errors.ts";
import { misuse } from "../../core/leaf.ts";
import type { Operation } from "../../core/types.ts";
import { Component } from "../component.ts";
import { bytesOf, type Data, labelOf, optionsOf, type PartOptions, text } from "./options.ts";
import { system } from "./system.ts";

/** A file, and what is in it. */
export interface WholeFile<C = Uint8Array> {
  readonly path: string;
  readonly content: C;
}

class WholeFileReader extends Component<{ inbox: string }, { outbox: WholeFile }> {
  override *main(): Operation<void> {
    const caller = { from: "wholeFileReader", label: labelOf(this) };
    for (let item = yield* this.next(); !item.done; item = yield* this.next()) {
      const path = text(item.value, "the path", `wholeFileReader: "${caller.label}"`);
      const what = `could not read ${JSON.stringify(path)}`;
      const content = yield* system(caller, what, "Check the path, and who may read it.", (signal) =>
        readFile(path, { signal }),
      );
      yield* this.put({ path, content });
    }
  }
}

class WholeFileWriter extends Component<{ inbox: WholeFile<Data> }, { outbox: string }> {
  override *main(): Operation<void> {
    const caller = { from: "wholeFileWriter", label: labelOf(this) };
    for (let item = yield* this.next(); !item.done; item = yield* this.next()) {
      const { path, content } = checked(item.value, caller.label);
      const bytes = bytesOf(content, "wholeFileWriter");
      const what = `could not write ${JSON.stringify(path)}`;
      yield* system(caller, what, "Check the path, and who may write there.", (signal) =>
        writeFile(path, bytes, { signal }),
      );
      yield* this.put(path);
    }
  }
}

function checked(file: WholeFile<Data>, label: string): WholeFile<Data> {
  if (typeof file !== "object" || file === null)
    throw misuse(`wholeFileWriter: "${label}" takes { path, content }, got ${describeValue(file)}.`);
  text(file.path, "the path", `wholeFileWriter: "${label}"`);
  return file;
}

/**
 * Reads the files whose paths come, one after the other, and gives each as `{ path, content }`. Relative paths start from the current folder.
 *
 * **Cancellation.** The read that is under way is given up.
 *
 * @throws {@link ResourceError} for a file that cannot be read; {@link MisuseError} for what is no path
 * @example
 * pipeline(sequence(["a.json", "b.json"]), wholeFileReader(), transformer(({ content }: WholeFile) => JSON.parse(String(content))), sink);
 */
export function wholeFileReader(options: PartOptions = {}): Component<{ inbox: string }, { outbox: WholeFile }> {
  return new WholeFileReader({ name: optionsOf(options, "wholeFileReader").name });
}

/**
 * Writes each `{ path, content }` that comes as a file, in the place of one that is there, and then gives its path: what hears of it can read it.
 *
 * **Cancellation.** The write that is under way is given up; the file may then be cut short.
 *
 * @throws {@link ResourceError} for a file that cannot be written; {@link MisuseError} for messages that are none
 * @example
 * pipeline(sequence([{ path: "hello.txt", content: "Hello" }]), wholeFileWriter(), consoleEchoer());
 */
export function wholeFileWriter(options: PartOptions = {}): Component<{ inbox: WholeFile<Data> }, { outbox: string }> {
  return new WholeFileWriter({ name: optionsOf(options, "wholeFileWriter").name });
}
