// What the parts of this folder have in common: how their options are checked, and how functions of users are called.

import { describeValue } from "../../base/errors.ts";
import { isOperation } from "../../core/body.ts";
import { misuse } from "../../core/leaf.ts";
import type { Operation } from "../../core/types.ts";
import { until } from "../../flow/until.ts";
import { type AnyComponent, inside } from "../component.ts";

/** What every part may be told. */
export interface PartOptions {
  /** For messages and reports. Default: the name of its kind, as in "Filter". */
  readonly name?: string | undefined;
}

/** A component as errors name it, as in `Filter#3`. */
export function labelOf(component: AnyComponent): string {
  return inside(component, "library").label;
}

/** Options as an object, or the call is refused. */
export function optionsOf<O extends object>(options: O, from: string): O {
  if (typeof options === "object" && options !== null) return options;
  throw misuse(`${from}: options must be an object, got ${describeValue(options)}.`);
}

/** A whole number of at least `least`, or Infinity where there may be no limit. */
export function wholeNumber(value: unknown, what: string, from: string, least = 1, infinite = true): number {
  if (Number.isSafeInteger(value) && (value as number) >= least) return value as number;
  if (infinite && value === Number.POSITIVE_INFINITY) return value;
  const or = infinite ? ", or Infinity" : "";
  throw misuse(`${from}: ${what} must be a whole number of at least ${least}${or}, got ${describeValue(value)}.`);
}

/** A number above zero. */
export function aboveZero(value: unknown, what: string, from: string): number {
  if (typeof value === "number" && value > 0) return value;
  throw misuse(`${from}: ${what} must be a number above 0, got ${describeValue(value)}.`);
}

/** Milliseconds, of at least zero. */
export function milliseconds(value: unknown, what: string, from: string): number {
  if (typeof value === "number" && value >= 0) return value;
  throw misuse(`${from}: ${what} must be a number of milliseconds of at least 0, got ${describeValue(value)}.`);
}

/** A share, from 0 to 1. */
export function share(value: unknown, what: string, from: string): number {
  if (typeof value === "number" && value >= 0 && value <= 1) return value;
  throw misuse(`${from}: ${what} must be a number from 0 to 1, got ${describeValue(value)}.`);
}

export function flag(value: unknown, what: string, from: string): boolean {
  if (typeof value === "boolean") return value;
  throw misuse(`${from}: ${what} must be true or false, got ${describeValue(value)}.`);
}

/** One of some words. */
export function oneOf<W extends string>(value: unknown, words: readonly W[], what: string, from: string): W {
  if (words.includes(value as W)) return value as W;
  const list = words.map((word) => JSON.stringify(word)).join(" or ");
  throw misuse(`${from}: ${what} must be ${list}, got ${describeValue(value)}.`);
}

export function text(value: unknown, what: string, from: string): string {
  if (typeof value === "string" && value !== "") return value;
  throw misuse(`${from}: ${what} must be a string that is not empty, got ${describeValue(value)}.`);
}

export function checkFunction(value: unknown, what: string, from: string): void {
  if (typeof value !== "function") throw misuse(`${from}: ${what} must be a function, got ${describeValue(value)}.`);
}

/** Bytes, or text that stands for its UTF-8. */
export type Data = string | Uint8Array;

export function bytesOf(message: unknown, from: string): Uint8Array {
  if (message instanceof Uint8Array) return message;
  if (typeof message === "string") return Buffer.from(message);
  throw misuse(`${from}: a message must be a string or bytes, got ${describeValue(message)}.`);
}

/** Does a call of a user's function have to be waited for: is its result an operation, or a promise? */
export function isPending(result: unknown): result is object {
  if (typeof result !== "object" || result === null) return false;
  return isOperation(result) || typeof (result as { then?: unknown }).then === "function";
}

/** The value of a result that has to be waited for. */
export function* settled(result: object): Operation<unknown> {
  if (isOperation(result)) return yield* result as Operation<unknown>;
  return yield* until(result as PromiseLike<unknown>);
}
