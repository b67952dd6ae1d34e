// Runs every check and says how each went; ends with a non-zero exit if any failed.
//
//   npm run check                    all of them
//   npm run check -- layers types    these only
//
// A check is a program that prints its findings and exits non-zero. What a passing check prints is shown only where a
// line begins with "warning:" or "skipped:".

import { tool } from "./lib/tool.ts";

interface Check {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

const script = (name: string, ...args: string[]): Check => ({
  name,
  command: process.execPath,
  args: [`scripts/${name}.ts`, ...args],
});

/** In this order: the cheap first, and the build before what needs it. */
const checks: readonly Check[] = [
  { name: "lint", command: "biome", args: ["ci", "--colors=off", "--max-diagnostics=50", "."] },
  script("types"),
  script("layers"),
  script("file-size"),
  script("build"),
  script("exports"),
  script("contract"),
  script("docs"),
  script("examples"),
  script("pack"),
  script("smoke"),
  { name: "bench", command: process.execPath, args: ["bench/run.ts", "--smoke"] },
];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !checks.some((check) => check.name === name));
if (unknown.length > 0) {
  console.error(`no such check: ${unknown.join(", ")}. There are: ${checks.map((check) => check.name).join(", ")}`);
  process.exit(2);
}

const failed: string[] = [];
for (const check of checks) {
  if (wanted.length > 0 && !wanted.includes(check.name)) continue;
  const start = performance.now();
  const ran = await tool(check.command, check.args);
  const seconds = ((performance.now() - start) / 1000).toFixed(1).padStart(6);
  const ok = ran.code === 0;
  if (!ok) failed.push(check.name);
  console.log(`${ok ? "ok    " : "FAILED"} ${check.name.padEnd(10)} ${seconds} s`);
  const lines = `${ran.stdout}${ran.timedOut ? "took too long\n" : ""}${ran.stderr}`.trimEnd().split("\n");
  for (const line of lines) {
    if (!ok || line.startsWith("warning:") || line.startsWith("skipped:")) console.log(`         ${line}`);
  }
}

console.log(failed.length === 0 ? "all checks passed" : `failed: ${failed.join(", ")}`);
if (failed.length > 0) process.exitCode = 1;
