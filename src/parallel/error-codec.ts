// What was thrown in another thread: its bytes, and its stack with the place of the call below.

import { isError, shown, textOf } from "./codec/errors.ts";
import { encode, type Loader } from "./codec.ts";

/**
 * Encodes what was thrown, for `decode`. Never throws. An error keeps all that can travel, and what its other fields look like; other values are sent as they are, or
 * as the text that shows what they look like. The bytes are a view of a scratch buffer, as those of `encode`.
 */
export function encodeError(error: unknown, loader: Loader): Uint8Array {
  try {
    return encode(error, loader, "encodeError", "the error");
  } catch {
    // below
  }
  try {
    return encode(isError(error) ? outlineOf(error) : shown(error), loader, "encodeError");
  } catch {
    return encode(new Error("An error was thrown that cannot be told."), loader, "encodeError");
  }
}

/** An error with the texts of another: where its fields change while they are read, or lie too deep. */
function outlineOf(error: object): Error {
  const outline = new Error(textOf(error, "message") ?? "");
  outline.name = textOf(error, "name") ?? "Error";
  outline.stack = textOf(error, "stack") ?? "";
  return outline;
}

/** The line between the frames of the two threads. */
const CALLED_FROM = "    at [called from]";

const own: string = new URL("..", import.meta.url).href;
const told = new WeakSet<object>();

/**
 * Tells in the stack of an error that was decoded where the call was made: its message, the frames of the thread it was thrown in, and those of the caller. Frames of
 * this package are left out. Done once to an error. Never throws.
 *
 * @param calledFrom a stack, as of an error made at the call: its frames are taken
 */
export function tellPlaces(error: unknown, calledFrom: string): void {
  try {
    if (!isError(error) || told.has(error)) return;
    const stack = textOf(error, "stack");
    if (stack === undefined) return;
    told.add(error);
    const there = stack.split("\n");
    const here = calledFrom.split("\n").filter((line) => isFrame(line) && !isOurs(line));
    const lines = there.filter((line) => !isFrame(line) || !isOurs(line));
    const frames = lines.some(isFrame) ? lines : there; // thrown by this package itself
    const joined = here.length === 0 ? frames : [...frames, CALLED_FROM, ...here];
    Object.defineProperty(error, "stack", { value: joined.join("\n"), configurable: true, writable: true });
  } catch {
    // frozen: it keeps what it says
  }
}

const isFrame = (line: string): boolean => /^\s+at /.test(line);
const isOurs = (line: string): boolean =>
  line.includes(own) || line.includes("node:") || line.endsWith(".next (<anonymous>)");
