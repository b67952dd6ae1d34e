// Makes the tarball of the built package, in .cache/pack.

import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { must, root } from "./tool.ts";

/** The path of a fresh tarball, or undefined if npm could not make one (which is reported). */
export async function packed(): Promise<string | undefined> {
  const folder = join(root, ".cache/pack");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  if (!(await must("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", folder]))) return undefined;
  return join(folder, readdirSync(folder).find((name) => name.endsWith(".tgz"))!);
}
