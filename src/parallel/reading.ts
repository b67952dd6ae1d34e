// The source of a function, made into something that another thread can compile.
//
// What a function's source is depends on how it was written: an expression, or a method, which is no expression on its own. Either becomes one, with the
// function's name. The text is parsed once, however many functions there are of it: a function made in a loop is a new object each time.

import type * as acorn from "acorn";
import { type Variables, variablesOf } from "./free-variables.ts";
import { isUnparsable, parse, type Unparsable } from "./parse.ts";

export type Unreadable =
  | { readonly is: "native" | "class" | "accessor" | "async generator" }
  | { readonly is: "unparsable"; readonly message: string; readonly line: number };

export interface Reading {
  readonly is: "function";
  readonly arrow: boolean;
  readonly lines: number;
  readonly variables: Variables;
  /** An expression whose value is the function, with this name if it has none of its own. */
  expression(name: string): string;
}

/** Texts that are remembered. Programs have few; those that make functions of text may have any number. */
const REMEMBERED = 1_000;
const readings = new Map<string, Reading | Unreadable>();

/** Reads a function. O(length of its source), and parsed only if there was no function of the same source before. */
export function readingOf(f: (...args: never) => unknown): Reading | Unreadable {
  const text = Function.prototype.toString.call(f);
  let reading = readings.get(text);
  if (reading === undefined) {
    reading = read(text);
    const [oldest] = readings.keys();
    if (oldest !== undefined && readings.size >= REMEMBERED) readings.delete(oldest);
    readings.set(text, reading);
  }
  return reading;
}

function read(text: string): Reading | Unreadable {
  if (/\{\s*\[native code\]\s*\}$/.test(text)) return { is: "native" };
  const written = asExpression(text);
  if ("is" in written) return written;
  if (isUnparsable(written)) {
    // it may be a method, of an object or of a class
    const method = asMethod(text);
    if (!isUnparsable(method)) return method;
    const { message, line } = method.at > written.at ? method : written;
    return { is: "unparsable", message, line };
  }
  return readingFor(text, written, (name) => `({ [${name}]: ${text}\n})[${name}]`);
}

type AnyFunction = acorn.FunctionExpression | acorn.ArrowFunctionExpression;

function asExpression(text: string): AnyFunction | Unreadable | Unparsable {
  const parsed = parse(`(${text}\n)`);
  if (isUnparsable(parsed)) return parsed;
  const [statement] = parsed.body;
  const expression = statement?.type === "ExpressionStatement" ? statement.expression : null;
  if (expression?.type === "FunctionExpression" || expression?.type === "ArrowFunctionExpression") return expression;
  if (expression?.type === "ClassExpression") return { is: "class" };
  return { message: "it is no function", line: 1, at: 0 };
}

/** In the body of a class all methods may stand, also those of an object, and private ones. */
const BEFORE = "(class { ";

function asMethod(text: string): Reading | Unreadable | Unparsable {
  const parsed = parse(`${BEFORE}${text}\n})`);
  if (isUnparsable(parsed)) return { ...parsed, at: parsed.at - BEFORE.length + 1 };
  const [statement] = parsed.body;
  const expression = statement?.type === "ExpressionStatement" ? statement.expression : null;
  const method = expression?.type === "ClassExpression" ? expression.body.body[0] : undefined;
  if (method?.type !== "MethodDefinition") return { message: "it is no function", line: 1, at: 0 };
  if (method.kind === "get" || method.kind === "set") return { is: "accessor" };
  const { value } = method;
  const head = `${value.async ? "async " : ""}${value.generator ? "*" : ""}`;
  const rest = text.slice(value.start - BEFORE.length);
  return readingFor(text, value, (name) => `({ ${head}[${name}]${rest}\n})[${name}]`);
}

function readingFor(text: string, node: AnyFunction, expression: (name: string) => string): Reading | Unreadable {
  if (node.async && node.generator) return { is: "async generator" };
  return {
    is: "function",
    arrow: node.type === "ArrowFunctionExpression",
    lines: text.split("\n").length,
    variables: variablesOf(node),
    expression: (name) => expression(JSON.stringify(name)),
  };
}
