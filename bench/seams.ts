// What the seams cost: ping-pong on our sources as they are, beside the same sources without the policy and probe seams.
//
// A line of src/ that ends with the comment `// seam` is there for simulation, exploration and probes only, and is
// written so that the rest still runs when it is gone. Both sides run from sources in a temporary folder.

import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Contender, ROOT } from "./contenders.ts";
import { compete, type Result, type RoundOptions } from "./rounds.ts";
import type { Workload } from "./workload.ts";
import { WORKLOADS } from "./workloads.ts";

const SEAM = /\/\/ seam$/;

/** The bar: with the seams, ping-pong takes at most this many times the time without. */
export const SEAMS_AT_MOST = 1.05;

export interface Seams {
  readonly result: Result;
  /** How many lines were taken out. */
  readonly lines: number;
}

export async function measureSeams(options: RoundOptions): Promise<Seams> {
  const folder = mkdtempSync(join(tmpdir(), "offshoot-seams-"));
  try {
    const whole = copy(join(folder, "whole"));
    const stripped = copy(join(folder, "stripped"));
    const lines = strip(join(stripped, "src"));
    const contenders: Contender[] = [
      { label: "with", subject: "offshoot", root: whole, source: true },
      { label: "without", subject: "offshoot", root: stripped, source: true },
    ];
    const [result] = await compete([pingPong()], contenders, options);
    return { result: result as Result, lines };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function pingPong(): Workload {
  const found = WORKLOADS.find(({ name }) => name === "ping-pong");
  if (found === undefined) throw new Error("seams: no workload ping-pong");
  return { ...found, name: "seams", operation: "round trip, with the seams and without" };
}

function copy(root: string): string {
  mkdirSync(root, { recursive: true });
  for (const part of ["package.json", "src", "bench"]) cpSync(join(ROOT, part), join(root, part), { recursive: true });
  return root;
}

function strip(folder: string): number {
  let lines = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith(".ts")) continue;
    const path = join(entry.parentPath, entry.name);
    const all = readFileSync(path, "utf8").split("\n");
    const kept = all.filter((line) => !SEAM.test(line.trimEnd()));
    lines += all.length - kept.length;
    writeFileSync(path, kept.join("\n"));
  }
  return lines;
}
