// fileReader: what is in a file, in chunks or lines; as there is room, when it is asked for, or at a rate.
//
// Messages are read one after the other: nothing is read ahead but the rest of the chunk that a line was cut from.

import type { FileHandle } from "node:fs/promises";
import { misuse } from "../../core/leaf.ts";
import type { Operation } from "../../core/types.ts";
import { now } from "../../time/clock.ts";
import { sleep } from "../../time/sleep.ts";
import { Component } from "../component.ts";
import { LineCutter, type LinesOptions } from "./line-cutter.ts";
import {
  aboveZero,
  flag,
  labelOf,
  milliseconds,
  oneOf,
  optionsOf,
  type PartOptions,
  text,
  wholeNumber,
} from "./options.ts";
import { Pace } from "./pace.ts";
import { type Caller, system, withFile } from "./system.ts";

const CHUNK = 65_536;
/** How many chunks a second a rate is made of. */
const CHUNKS_PER_SECOND = 10;

interface ReadingOptions extends PartOptions {
  /** Does it read when it is asked? Each message is a number: of lines, or of bytes at most, which come as one chunk. Default false: as there is room. */
  readonly prompted?: boolean | undefined;
  /** How many lines, or bytes, are given in a second. Default: any number. */
  readonly perSecond?: number | undefined;
  /** With a rate: see `RateLimiterOptions`. Default: 0. */
  readonly burstMs?: number | undefined;
  /** Bytes that are read at once. Default: 65 536; with a rate in bytes, a tenth of what is given in a second, if that is less. */
  readonly chunkSize?: number | undefined;
}

export interface ChunkReaderOptions extends ReadingOptions {
  /** What a message is. Default: "chunk". */
  readonly by?: "chunk" | undefined;
}

export interface LineReaderOptions extends ReadingOptions, LinesOptions {
  readonly by: "line";
}

interface Settings {
  readonly path: string;
  readonly prompted: boolean;
  readonly chunkSize: number;
  readonly pace: Pace | null;
  /** Null for chunks. */
  readonly lines: LinesOptions | null;
}

class FileReader<T> extends Component<{ inbox: number }, { outbox: T }> {
  readonly #settings: Settings;

  constructor(settings: Settings, name: string | undefined) {
    super({ name });
    this.#settings = settings;
  }

  override *main(): Operation<void> {
    const { path, lines } = this.#settings;
    const caller: Caller = { from: "fileReader", label: labelOf(this) };
    yield* withFile(caller, path, "r", (file) => {
      const source = new Reading(file, caller, path);
      return lines === null ? this.#giveChunks(source) : this.#giveLines(source, lines);
    });
  }

  *#giveChunks(source: Reading): Operation<void> {
    const { prompted, chunkSize } = this.#settings;
    for (;;) {
      const size = prompted ? yield* this.#asked() : chunkSize;
      if (size === null) return;
      const chunk = yield* source.read(size);
      if (chunk === null) return;
      yield* this.#give(chunk, chunk.length);
    }
  }

  *#giveLines(source: Reading, options: LinesOptions): Operation<void> {
    const { prompted, chunkSize } = this.#settings;
    const cutter = new LineCutter(options, "fileReader", labelOf(this));
    let wanted = 0;
    let ended = false;
    let cut: Iterator<string> = [][Symbol.iterator]();
    for (;;) {
      if (prompted && wanted === 0) {
        const asked = yield* this.#asked();
        if (asked === null) return;
        wanted = asked;
      }
      let step = cut.next();
      while (step.done && !ended) {
        const chunk = yield* source.read(chunkSize);
        ended = chunk === null;
        const last = chunk === null ? cutter.end() : null;
        cut = chunk !== null ? cutter.cut(chunk) : (last === null ? [] : [last])[Symbol.iterator]();
        step = cut.next();
      }
      if (step.done) return;
      yield* this.#give(step.value, 1);
      wanted--;
    }
  }

  /** How much is asked for; null if nobody can ask any more. */
  *#asked(): Operation<number | null> {
    const item = yield* this.next();
    if (item.done) return null;
    return wholeNumber(item.value, "what is asked for", `fileReader: "${labelOf(this)}"`, 1, false);
  }

  *#give(message: Uint8Array | string, cost: number): Operation<void> {
    const { pace } = this.#settings;
    if (pace !== null) {
      const wait = pace.wait(now());
      if (wait > 0) yield* sleep(wait);
      pace.spend(cost, now());
    }
    yield* this.put(message as T);
  }
}

/** Reads a file from its start to its end. */
class Reading {
  readonly #file: FileHandle;
  readonly #caller: Caller;
  readonly #what: string;

  constructor(file: FileHandle, caller: Caller, path: string) {
    this.#file = file;
    this.#caller = caller;
    this.#what = `could not read ${JSON.stringify(path)}`;
  }

  /** The next bytes, so many at most; null at the end. */
  *read(size: number): Operation<Buffer | null> {
    const buffer = Buffer.allocUnsafeSlow(size);
    const { bytesRead } = yield* system(this.#caller, this.#what, "Check what it is.", () =>
      this.#file.read(buffer, 0, size, null),
    );
    return bytesRead === 0 ? null : buffer.subarray(0, bytesRead);
  }
}

/**
 * Gives what is in a file, in chunks of bytes or (`by: "line"`) in lines as `lines` cuts them: as fast as there is room; or with `prompted` as much as each
 * message asks for; or at a rate, `perSecond` bytes or lines. Ends at the end of the file; prompted also when nobody can ask any more.
 *
 * The file is opened when the component starts, and closed before it ends. What a pipe or a device has to say is better read by a stream of Node, which is a
 * part, too.
 *
 * **Cancellation.** A read that is under way is waited for, then the file is closed.
 *
 * @throws {@link ResourceError} for a file that cannot be opened or read; {@link DataError} for a line that is too long; {@link MisuseError} for being asked for no
 * number, and at the call for options that make no sense
 * @example
 * pipeline(fileReader("access.log", { by: "line", perSecond: 100 }), consoleEchoer());
 */
export function fileReader(path: string, options: LineReaderOptions): Component<{ inbox: number }, { outbox: string }>;
export function fileReader(
  path: string,
  options?: ChunkReaderOptions,
): Component<{ inbox: number }, { outbox: Uint8Array }>;
export function fileReader(path: string, options: ChunkReaderOptions | LineReaderOptions = {}): unknown {
  const { by = "chunk", prompted = false, perSecond, burstMs = 0, chunkSize, name } = optionsOf(options, "fileReader");
  text(path, "the path", "fileReader");
  oneOf(by, ["chunk", "line"], "by", "fileReader");
  flag(prompted, "prompted", "fileReader");
  if (prompted && perSecond !== undefined)
    throw misuse("fileReader: it reads when it is prompted, or at a rate. Leave out one of them.");
  if (perSecond !== undefined) aboveZero(perSecond, "perSecond", "fileReader");
  milliseconds(burstMs, "burstMs", "fileReader");
  const paced = perSecond !== undefined && by === "chunk" ? Math.ceil(perSecond / CHUNKS_PER_SECOND) : CHUNK;
  const settings: Settings = {
    path,
    prompted,
    chunkSize: wholeNumber(chunkSize ?? Math.min(CHUNK, paced), "chunkSize", "fileReader", 1, false),
    pace: perSecond === undefined ? null : new Pace(perSecond, burstMs),
    lines: by === "line" ? (options as LineReaderOptions) : null,
  };
  if (settings.lines !== null) new LineCutter(settings.lines, "fileReader", ""); // refuses what makes no sense now
  return new FileReader(settings, name);
}
