// Builds dist from src, from nothing: what is no longer in src must not stay in dist.

import { rmSync } from "node:fs";
import { join } from "node:path";
import { must, root } from "./lib/tool.ts";

rmSync(join(root, "dist"), { recursive: true, force: true });
await must("tsc", ["-p", "tsconfig.build.json"]);
