// Builds dist from src, from nothing: what is no longer in src must not stay in dist. tsc makes the declarations, a file for each module, and the modules, which are
// put together.

import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { bundle } from "./lib/bundle.ts";
import { must, root } from "./lib/tool.ts";

const dist = join(root, "dist");
rmSync(dist, { recursive: true, force: true });
mkdirSync(join(root, ".cache"), { recursive: true });
const modules = mkdtempSync(join(root, ".cache/modules-"));
try {
  const made = await Promise.all([
    must("tsc", ["-p", "tsconfig.build.json"]),
    must("tsc", ["-p", "tsconfig.modules.json", "--outDir", modules]),
  ]);
  if (made.every(Boolean)) await bundle(modules, dist);
} finally {
  rmSync(modules, { recursive: true, force: true });
}
