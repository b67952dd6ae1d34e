// Holds the names that each built door exports to the list in test/types/exports.txt, so that no name comes or goes
// unnoticed. `node scripts/exports.ts --write` writes the list anew.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { exportsOf } from "./lib/doors.ts";
import { fail, needBuild, root } from "./lib/tool.ts";

const LIST = "test/types/exports.txt";

needBuild();
const lines: string[] = [];
for (const [door, names] of await exportsOf()) {
  lines.push(`${door}`);
  for (const { name, type } of names) lines.push(`  ${type ? "type " : "value"} ${name}`);
}
const now = `${lines.join("\n")}\n`;

if (process.argv.includes("--write")) {
  writeFileSync(join(root, LIST), now);
} else {
  const before = existsSync(join(root, LIST)) ? readFileSync(join(root, LIST), "utf8") : "";
  if (before !== now) {
    const old = new Set(before.trimEnd().split("\n"));
    const fresh = new Set(lines);
    for (const line of fresh) if (!old.has(line)) fail(`+ ${line}`);
    for (const line of old) if (!fresh.has(line)) fail(`- ${line}`);
    fail(`${LIST} differs. If this is meant: node scripts/exports.ts --write`);
  }
}
