// JavaScript as a syntax tree. The parser is loaded when the first text is parsed: most threads never parse one, and loading it takes 6 ms.

import { createRequire } from "node:module";
import type { Program } from "acorn";

const require = createRequire(import.meta.url);
let acorn: typeof import("acorn") | null = null;

/** Where a text is no JavaScript. */
export interface Unparsable {
  readonly message: string;
  /** Counts from 1. */
  readonly line: number;
  /** How far the parser came. */
  readonly at: number;
}

/** The tree of a module, in which lines count from 1. */
export function parse(text: string): Program | Unparsable {
  acorn ??= require("acorn") as typeof import("acorn");
  try {
    return acorn.parse(text, { ecmaVersion: "latest", sourceType: "module", locations: true, allowHashBang: true });
  } catch (error) {
    const { message, loc, raisedAt } = error as { message: string; loc?: { line: number }; raisedAt?: number };
    if (loc === undefined) throw error;
    return { message: message.replace(/ \(\d+:\d+\)$/, ""), line: loc.line, at: raisedAt ?? 0 };
  }
}

export function isUnparsable(parsed: object): parsed is Unparsable {
  return "at" in parsed;
}
