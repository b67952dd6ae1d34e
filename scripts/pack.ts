// Packs the package as npm would publish it and lets publint and attw judge the tarball.

import { packed } from "./lib/tarball.ts";
import { must, needBuild } from "./lib/tool.ts";

needBuild();
const tarball = await packed();
if (tarball !== undefined) {
  await must("publint", ["run", tarball, "--strict"]);
  await must("attw", [tarball, "--profile", "esm-only", "--no-color", "--no-emoji"]);
}
