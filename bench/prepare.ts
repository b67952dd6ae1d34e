// Makes the contenders ready: the built package, and the Go rivals.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Contender, GO_BINARY, ROOT } from "./contenders.ts";
import type { Subject } from "./workload.ts";

/** Those of the subjects that this machine can run, ready to be measured. `notice` is told of what is missing. */
export function prepare(subjects: readonly Subject[], source: boolean, notice: (text: string) => void): Contender[] {
  const ready: Contender[] = [];
  for (const subject of subjects) {
    if (subject === "go" && !buildGo(notice)) continue;
    if (subject === "offshoot" && !source) buildIfOutdated();
    ready.push({ label: subject, subject, root: ROOT, source: source && subject === "offshoot" });
  }
  return ready;
}

/** Builds dist/ unless it is newer than everything in src/. */
export function buildIfOutdated(): void {
  const entry = join(ROOT, "dist/index.js");
  if (!existsSync(entry) || newest(join(ROOT, "src")) > statSync(entry).mtimeMs) build(ROOT);
}

export function build(root: string): void {
  execFileSync("npm", ["run", "build"], { cwd: root, stdio: ["ignore", 2, 2] });
}

/** The version of Go on this machine, or undefined. */
export function goVersion(): string | undefined {
  try {
    return execFileSync("go", ["version"], { encoding: "utf8" })
      .trim()
      .replace(/^go version go/, "");
  } catch {
    return undefined;
  }
}

function buildGo(notice: (text: string) => void): boolean {
  if (goVersion() === undefined) {
    notice("go is not installed: its column is left out");
    return false;
  }
  mkdirSync(dirname(GO_BINARY), { recursive: true });
  const cwd = join(ROOT, "bench/rivals/go");
  execFileSync("go", ["build", "-o", GO_BINARY, "."], { cwd, stdio: ["ignore", 2, 2] });
  return true;
}

function newest(folder: string): number {
  let latest = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) latest = Math.max(latest, statSync(join(entry.parentPath, entry.name)).mtimeMs);
  }
  return latest;
}
