// Type-checks everything, the compile-only tests in test/types among it, on the sources.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { must, root } from "./lib/tool.ts";

for (const project of ["tsconfig.json", "bench/tsconfig.json"])
  if (existsSync(join(root, project))) await must("tsc", ["-p", project]);
