// The doors of the package, as package.json lists them, and the names that each built door exports.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { lex } from "./lex.ts";
import { clauseExports, declaredExports } from "./modules.ts";
import { root } from "./tool.ts";

export interface Exported {
  readonly name: string;
  /** A type only; a class counts as a value. */
  readonly type: boolean;
}

/** Door ("offshoot", "offshoot/testing") to the built file, without its ending. */
export function builtDoors(): Map<string, string> {
  const text = readFileSync(join(root, "package.json"), "utf8");
  const { exports } = JSON.parse(text) as { exports: Record<string, string | Record<string, string>> };
  const doors = new Map<string, string>();
  for (const [path, target] of Object.entries(exports)) {
    if (typeof target === "string") continue;
    doors.set(`offshoot${path.slice(1)}`, target["default"]!.replace(/^\.\//, "").replace(/\.js$/, ""));
  }
  return doors;
}

/** The names of every built door, sorted; a value is what is there when the door is imported. */
export async function exportsOf(): Promise<Map<string, Exported[]>> {
  const found = new Map<string, Exported[]>();
  for (const [door, file] of builtDoors()) {
    const values = new Set(Object.keys(await import(pathToFileURL(join(root, `${file}.js`)).href)));
    const tokens = lex(readFileSync(join(root, `${file}.d.ts`), "utf8"));
    const names = new Set([...clauseExports(tokens), ...declaredExports(tokens)].map(({ name }) => name));
    for (const name of values) names.add(name);
    found.set(
      door,
      [...names].sort().map((name) => ({ name, type: !values.has(name) })),
    );
  }
  return found;
}
