// Which classes errors come back as on the other side.
//
// An error travels with the names of its classes, the nearest first; it becomes one of the first that is known where it arrives. The names of built-in classes and of
// ours begin with a sign that no class of users has in its name, so that a user's TimeoutError does not become ours.

import * as ours from "../base/errors.ts";
import { describeValue } from "../base/errors.ts";
import { misuse } from "../core/leaf.ts";

/** A class of errors. Instances are made without its constructor. */
export type ErrorClass = abstract new (...args: never) => Error;

const SIGN = "=";
const BRAND = "offshoot.error.";
export const ERROR_NAME = "=Error";
export const DOM_NAME = "=DOMException";

const prototypes = new Map<string, Error>();
const names = new Map<object, string>();

for (const builtIn of [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError, AggregateError])
  know(SIGN + builtIn.name, builtIn.prototype);
know(DOM_NAME, DOMException.prototype as Error);
for (const value of Object.values<unknown>(ours as Record<string, unknown>))
  if (typeof value === "function" && value.prototype instanceof Error) know(SIGN + value.name, value.prototype);

/** Has errors of this package known that its base does not know. */
export function knowOurs(classes: Readonly<Record<string, unknown>>): void {
  for (const value of Object.values(classes))
    if (typeof value === "function" && value.prototype instanceof Error) know(SIGN + value.name, value.prototype);
}

function know(name: string, prototype: Error): void {
  prototypes.set(name, prototype);
  names.set(prototype, name);
}

/**
 * Registers classes of errors, so that an error of such a class that was thrown in another thread is one here too: `instanceof` holds, and its methods are there.
 * They are told by their names. Register them where the error is caught; a module that declares an error may do so itself.
 *
 * The error is made without the constructor of its class: its own fields are those it had, but for private ones. An error of a class that nobody has registered is
 * one of the nearest class that is known, with the name it had.
 *
 * @throws {@link MisuseError} for what is not a class of errors with a name, and for a name that another class has
 * @example
 * export class NotFound extends Error { ... }
 * registerError(NotFound);
 */
export function registerError(...classes: readonly ErrorClass[]): void {
  for (const errorClass of classes) {
    const prototype: unknown = typeof errorClass === "function" ? errorClass.prototype : undefined;
    if (!(prototype instanceof Error))
      throw misuse(
        `registerError: expected classes that extend Error, got ${describeValue(errorClass)}. Give it the class itself.`,
      );
    const { name } = errorClass;
    if (typeof name !== "string" || name === "" || name.startsWith(SIGN))
      throw misuse(
        "registerError: a class has no name, and errors are told by the names of their classes. Give it one.",
      );
    if (names.has(prototype)) continue;
    if (prototypes.has(name))
      throw misuse(
        `registerError: there is another class "${name}". Errors are told by the names of their classes: rename one.`,
      );
    know(name, prototype);
  }
}

/** The names of the classes of an error, the nearest first. */
export function classNames(error: object): string[] {
  const found: string[] = [];
  for (let prototype = Object.getPrototypeOf(error); prototype !== null; prototype = Object.getPrototypeOf(prototype)) {
    const name = names.get(prototype) ?? nameOf(prototype);
    if (name !== null) found.push(name);
    if (prototype === Error.prototype) return found;
  }
  // of another context of node:vm: its built-in classes have other prototypes
  return found.map((name) => (prototypes.has(SIGN + name) ? SIGN + name : name));
}

/** The name of a class that is not known here; with the sign, if it is one of ours in another copy of this package. */
function nameOf(prototype: object): string | null {
  const name: unknown = Object.getOwnPropertyDescriptor(prototype, "constructor")?.value?.name;
  if (typeof name !== "string" || name === "" || name.startsWith(SIGN)) return null;
  const branded = Object.getOwnPropertySymbols(prototype).some((symbol) => Symbol.keyFor(symbol)?.startsWith(BRAND));
  return branded ? SIGN + name : name;
}

/** The prototype of the first class that is known here. */
export function prototypeFor(classes: readonly string[]): Error {
  for (const name of classes) {
    const prototype = prototypes.get(name);
    if (prototype !== undefined) return prototype;
  }
  return Error.prototype;
}
