// Errors in a message. An error can always travel: a field of it that cannot is replaced by what it looks like.
//
// An error is made anew without running the constructor of its class: a real Error, which Node and debuggers treat as one, that is given the prototype and the fields
// of the first.

import { inspect } from "node:util";
import { classNames, DOM_NAME, prototypeFor } from "../error-classes.ts";
import type { Decoder } from "./decoder.ts";
import { Encoder, type Special } from "./encoder.ts";
import { DEEPEST, END, ERROR } from "./format.ts";
import { ERROR as ERROR_KIND, kindOf } from "./kinds.ts";
import type { Sending } from "./sides.ts";
import { special } from "./special.ts";

/** An error inside so many others keeps nothing but its message and stack. */
const MOST_NESTED = 50;
/** Characters of a value that cannot travel that are shown. */
const LONGEST_SHOWN = 2_000;

export const writeSpecial: Special = special(writeError);

/** Is it an error, of any class or context? Never throws. */
export function isError(value: unknown): value is object {
  try {
    return typeof value === "object" && value !== null && kindOf(value, Object.getPrototypeOf(value)) === ERROR_KIND;
  } catch {
    return false;
  }
}

function writeError(encoder: Encoder, error: object): void {
  if (encoder.trial !== null) return;
  const classes = classNames(error);
  encoder.byte(ERROR);
  encoder.number(classes.length);
  for (const name of classes) encoder.string(name);
  writeText(encoder, classes.includes(DOM_NAME) ? textOf(error, "message") : undefined);
  writeText(encoder, textOf(error, "name"));
  const bare = ++encoder.errors > MOST_NESTED;
  const stack = textOf(error, "stack");
  if (stack !== undefined) {
    encoder.string("stack");
    encoder.string(stack);
  }
  const keys = Object.getOwnPropertyNames(error).filter((key) => (bare ? key === "message" : key !== "stack"));
  const visible = keys.filter((key) => Object.prototype.propertyIsEnumerable.call(error, key));
  for (const key of keys) if (!visible.includes(key)) writeField(encoder, error, key);
  encoder.byte(END);
  for (const key of visible) writeField(encoder, error, key);
  encoder.byte(END);
  encoder.errors--;
}

function writeText(encoder: Encoder, text: string | undefined): void {
  encoder.value(text);
}

/** A field of an error that is a string; undefined if it is anything else, or cannot be read. */
export function textOf(error: object, key: "message" | "name" | "stack"): string | undefined {
  try {
    const text = (error as Record<string, unknown>)[key];
    return typeof text === "string" ? text : undefined;
  } catch {
    return undefined;
  }
}

function writeField(encoder: Encoder, error: object, key: string): void {
  let value: unknown;
  try {
    value = (error as Record<string, unknown>)[key];
  } catch (thrown) {
    value = `[cannot be read: ${shown(thrown)}]`;
  }
  encoder.string(key);
  if (key === "errors" && Array.isArray(value))
    value = value.map((one) => (canTravel(encoder, one) ? one : shown(one)));
  encoder.value(canTravel(encoder, value) ? value : shown(value));
}

/** Neither moves nor shares. */
const NOBODY: Sending = { refer: () => {}, hand: () => -1 };

let spare: Encoder | null = null;

/** Would a value in an error travel? It is written to see; not the errors in it, which can, and will be seen to when they are written. */
function canTravel(encoder: Encoder, value: unknown): boolean {
  if (typeof value === "function" || typeof value === "symbol") return false;
  if (typeof value !== "object" || value === null) return true;
  if (isError(value)) return encoder.depth < DEEPEST;
  const trial = spare ?? new Encoder(writeSpecial);
  spare = null;
  trial.trial = encoder;
  trial.depth = encoder.depth;
  try {
    trial.message(value, NOBODY);
    return true;
  } catch {
    return false;
  } finally {
    trial.trial = null;
    spare = trial;
  }
}

/** What a value looks like, for those who cannot have it. Never throws. */
export function shown(value: unknown): string {
  try {
    const text = inspect(value, { depth: 1, maxStringLength: LONGEST_SHOWN, maxArrayLength: 20 });
    return text.length <= LONGEST_SHOWN ? text : `${text.slice(0, LONGEST_SHOWN)}...`;
  } catch {
    return "a value that cannot be shown";
  }
}

export function readError(decoder: Decoder): object {
  const classes = Array.from({ length: decoder.count() }, () => decoder.value() as string);
  const message = decoder.value() as string | undefined;
  const name = decoder.value() as string | undefined;
  const error = decoder.begin(make(classes, message, name));
  readFields(decoder, error, false);
  readFields(decoder, error, true);
  if (name !== undefined && textOf(error, "name") !== name) define(error, "name", name, false);
  return error;
}

function make(classes: readonly string[], message: string | undefined, name: string | undefined): object {
  const prototype = prototypeFor(classes);
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    const error = classes.includes(DOM_NAME) ? new DOMException(message, name) : new Error();
    if (Object.getPrototypeOf(error) !== prototype) Object.setPrototypeOf(error, prototype);
    return error;
  } finally {
    Error.stackTraceLimit = limit;
  }
}

function readFields(decoder: Decoder, error: object, enumerable: boolean): void {
  while (!decoder.ends()) {
    const key = decoder.value() as string;
    define(error, key, decoder.value(), enumerable);
  }
}

function define(error: object, key: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(error, key, { value, enumerable, configurable: true, writable: true });
}
