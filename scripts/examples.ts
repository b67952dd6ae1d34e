// Runs every example on the sources, the way its reader would, and not in a terminal: each has to end by itself.

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fail, root, tool } from "./lib/tool.ts";

/** Arguments that make an example check its own results. */
const ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  corpus: ["--check", "src"],
  "corpus-graph": ["--check", "src"],
};

const folders = existsSync(join(root, "examples"))
  ? readdirSync(join(root, "examples"), { withFileTypes: true }).filter((entry) => entry.isDirectory())
  : [];
if (folders.length === 0) fail("there are no examples");

for (const { name } of folders) {
  const main = `examples/${name}/main.ts`;
  if (!existsSync(join(root, main))) {
    fail(`${main} is missing`);
    continue;
  }
  const args = ["--conditions=offshoot/source", main, ...(ARGUMENTS[name] ?? [])];
  const ran = await tool(process.execPath, args, { timeout: 60_000 });
  if (ran.code !== 0 || ran.timedOut)
    fail(`${main}: ${ran.timedOut ? "did not end within 60 s" : `exit ${ran.code}`}\n${ran.stdout}${ran.stderr}`);
}
