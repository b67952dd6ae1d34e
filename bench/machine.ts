// The machine and the versions a result was measured with, in words for the report.

import { readFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { ROOT } from "./contenders.ts";
import { goVersion } from "./prepare.ts";

const RIVALS: readonly string[] = [
  "effect",
  "effection",
  "async-mutex",
  "p-limit",
  "piscina",
  "tinypool",
  "poolifier",
  "workerpool",
  "multithreading",
  "sharedmap",
];

export function machine(): readonly string[] {
  const processors = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return [
    `${processors.length} × ${processors[0]?.model.trim() ?? "unknown processor"}, ${memory} GiB, ${process.platform} ${process.arch}`,
    `Node ${process.versions.node} (V8 ${process.versions.v8}), Go ${goVersion() ?? "not installed"}, on one processor (GOMAXPROCS=1)`,
    RIVALS.map((name) => `${name} ${versionOf(name)}`).join(", "),
    new Date().toISOString().slice(0, 10),
  ];
}

function versionOf(name: string): string {
  const manifest = readFileSync(join(ROOT, "node_modules", name, "package.json"), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}
