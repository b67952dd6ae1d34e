// Finds files below a folder of the repository, sorted, with `/` in every path.

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { root } from "./tool.ts";

/** Paths, relative to the repository, of the files below `folder` whose name ends with `ending`. */
export function filesBelow(folder: string, ending: string): string[] {
  const found: string[] = [];
  const visit = (path: string): void => {
    if (!existsSync(join(root, path))) return;
    for (const entry of readdirSync(join(root, path), { withFileTypes: true })) {
      const inside = `${path}/${entry.name}`;
      if (entry.isDirectory() && entry.name !== "node_modules") visit(inside);
      else if (entry.isFile() && entry.name.endsWith(ending)) found.push(inside);
    }
  };
  visit(folder);
  return found.sort();
}
