// Runs the tests on the sources: every `*.test.ts` and `*.explore.ts` below test/, wherever it is.
//
//   npm test                       all
//   npm test -- test/core          those below a folder, or one file
//   npm test -- --spec test/core   with the name of every test

import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { filesBelow } from "./lib/files.ts";
import { root } from "./lib/tool.ts";

const args = process.argv.slice(2);
const places = args
  .filter((arg) => !arg.startsWith("--"))
  .map((place) => place.replace(/^\.\//, "").replace(/\/$/, ""));
const files = [...filesBelow("test", ".test.ts"), ...filesBelow("test", ".explore.ts")]
  .filter((file) => places.length === 0 || places.some((place) => file === place || file.startsWith(`${place}/`)))
  .sort();

if (files.length === 0) {
  console.error(`no test files in ${places.join(", ") || "test/"}`);
  process.exit(1);
}

const child = spawn(
  process.execPath,
  [
    "--conditions=offshoot/source",
    "--expose-gc",
    "--test",
    `--test-concurrency=${Math.min(availableParallelism(), 4)}`,
    `--test-reporter=${args.includes("--spec") ? "spec" : "./scripts/lib/reporter.ts"}`,
    "--test-reporter-destination=stdout",
    ...args.filter((arg) => arg.startsWith("--") && arg !== "--spec"),
    ...files,
  ],
  { cwd: root, stdio: "inherit" },
);
child.on("exit", (code) => {
  process.exitCode = code ?? 1;
});
