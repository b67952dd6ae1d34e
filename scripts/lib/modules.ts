// What a source file imports and exports, read from its tokens.

import type { Token } from "./lex.ts";

export interface Import {
  readonly from: string;
  readonly line: number;
  /** `export ... from`. */
  readonly reexport: boolean;
}

/** Every module a file names: import and export declarations, `import(...)`, and `import("...")` in types. */
export function importsOf(tokens: readonly Token[]): Import[] {
  const found: Import[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!;
    if (token.kind !== "word" || tokens[i - 1]?.text === ".") continue;
    if (token.text === "import") {
      const next = tokens[i + 1];
      const specifier = next?.text === "(" ? tokens[i + 2] : next?.kind === "string" ? next : fromOf(tokens, i);
      if (specifier?.kind === "string") found.push({ from: specifier.text, line: token.line, reexport: false });
    } else if (token.text === "export") {
      const specifier = fromOf(tokens, i);
      if (specifier !== undefined) found.push({ from: specifier.text, line: token.line, reexport: true });
    }
  }
  return found;
}

/** The specifier of an import or export clause that starts at `start`; undefined if the statement has none. */
function fromOf(tokens: readonly Token[], start: number): Token | undefined {
  let i = start + 1;
  if (tokens[i]?.text === "type" && tokens[i + 1]?.text !== "from") i++;
  for (; i < tokens.length; i++) {
    const token = tokens[i]!;
    if (token.text === "from" && tokens[i + 1]?.kind === "string") return tokens[i + 1];
    if (token.text === "{") {
      while (i < tokens.length && tokens[i]!.text !== "}") i++;
      continue;
    }
    if (token.text === "*" || token.text === "," || token.text === "as") continue;
    if (token.kind === "word" && !STATEMENTS.has(token.text)) continue;
    return undefined;
  }
  return undefined;
}

const STATEMENTS = new Set(
  "abstract async class const declare default enum function interface let namespace type var".split(" "),
);

export interface Named {
  readonly name: string;
  /** Said to be a type where it is exported; a class or a value otherwise. */
  readonly type: boolean;
  readonly line: number;
}

/** The names in `export { a, type B } from` and `export type { C }` clauses; `export *` comes as the name "*". */
export function clauseExports(tokens: readonly Token[]): Named[] {
  const found: Named[] = [];
  for (let i = 0; i < tokens.length; i++) {
    if (tokens[i]!.text !== "export" || tokens[i]!.kind !== "word") continue;
    const allTypes = tokens[i + 1]?.text === "type";
    let j = allTypes ? i + 2 : i + 1;
    if (tokens[j]?.text === "*") found.push({ name: "*", type: allTypes, line: tokens[j]!.line });
    if (tokens[j]?.text !== "{") continue;
    let entry: Token[] = [];
    for (j++; j < tokens.length; j++) {
      const token = tokens[j]!;
      if (token.text !== "," && token.text !== "}") {
        entry.push(token);
        continue;
      }
      const last = entry.at(-1);
      const typed = entry.length > 1 && entry[0]!.text === "type" && entry[1]!.text !== "as";
      if (last !== undefined) found.push({ name: last.text, type: allTypes || typed, line: last.line });
      entry = [];
      if (token.text === "}") break;
    }
  }
  return found;
}

/** The names a declaration file exports where it declares them. */
export function declaredExports(tokens: readonly Token[]): Named[] {
  const found: Named[] = [];
  for (let i = 0; i < tokens.length; i++) {
    if (tokens[i]!.text !== "export" || tokens[i]!.kind !== "word") continue;
    let j = i + 1;
    while (tokens[j]?.text === "declare" || tokens[j]?.text === "abstract") j++;
    const keyword = tokens[j]?.text ?? "";
    const name = tokens[j + 1];
    if (!DECLARES.has(keyword) || name?.kind !== "word") continue;
    const type = keyword === "interface" || keyword === "type";
    if (!found.some((other) => other.name === name.text)) found.push({ name: name.text, type, line: name.line });
  }
  return found;
}

const DECLARES = new Set(["class", "const", "function", "interface", "type", "let", "var"]);
