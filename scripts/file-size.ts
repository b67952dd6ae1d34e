// A file is one idea: over 250 lines it is worth a look, over 400 it is split.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { filesBelow } from "./lib/files.ts";
import { fail, root } from "./lib/tool.ts";

const LOOK = 250;
const SPLIT = 400;

for (const file of filesBelow("src", ".ts")) {
  const lines = readFileSync(join(root, file), "utf8").trimEnd().split("\n").length;
  if (lines > SPLIT) fail(`${file}: ${lines} lines; split it, ${SPLIT} is the most`);
  else if (lines > LOOK) console.log(`warning: ${file}: ${lines} lines, more than ${LOOK}`);
}
