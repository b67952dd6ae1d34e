// Where a module that cannot be parsed stops being JavaScript. Of a plain JavaScript module Node tells neither the file nor the line.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { isUnparsable, parse } from "../parse.ts";

export interface Place {
  readonly path: string;
  readonly line: number;
}

/** A module and what it imports by relative names may be many files; the one that is wrong is near. */
const MOST_FILES = 500;

/** Looks for the first syntax error in a module and the files it imports, nearest first. */
export function findSyntaxError(url: string): Place | null {
  const seen = new Set([url]);
  for (const href of seen) {
    if (seen.size > MOST_FILES) break;
    const text = textOf(href);
    if (text === null) continue;
    // errors in TypeScript, and in CommonJS, are told with their place
    if (/\.m?js$/.test(new URL(href).pathname) && /^\s*(import|export)\b/m.test(text)) {
      const parsed = parse(text);
      if (isUnparsable(parsed)) return { path: fileURLToPath(href), line: parsed.line };
    }
    for (const name of importedBy(text)) seen.add(new URL(name, href).href);
  }
  return null;
}

function textOf(href: string): string | null {
  try {
    return href.startsWith("file:") ? readFileSync(new URL(href), "utf8") : null;
  } catch {
    return null;
  }
}

/** The relative names in `from "./x.js"` and `import "./x.js"`. */
function* importedBy(text: string): Generator<string> {
  for (const match of text.matchAll(/\b(?:from|import)\s*(["'])(\.{1,2}\/[^"'\n]*)\1/g)) yield match[2]!;
}
