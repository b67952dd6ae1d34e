// The same summary the plain way: one file after the other, each read whole, with synchronous calls.
//
// Shares with the graph nothing but the type of the result, on purpose, so that the two answers are independent.

import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { Summary } from "./summary.ts";

export function summarizeSequentially(paths: readonly string[], slowest: number, rejects: number): Summary {
  const statuses = new Map<string, number>();
  const byPath = new Map<string, number>();
  const entries: { path: string; status: string; ms: number }[] = [];
  const rejected: { file: string; number: number; text: string }[] = [];
  const count = (counts: Map<string, number>, what: string): unknown => counts.set(what, (counts.get(what) ?? 0) + 1);

  for (const file of paths) {
    const bytes = readFileSync(file);
    const lines = (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString().split(/\r?\n/);
    if (lines.at(-1) === "") lines.pop();
    for (const [i, text] of lines.entries()) {
      const quoted = text.split('"');
      const [method = "", target = "", protocol = ""] = (quoted[1] ?? "").split(" ");
      const status = (quoted[2] ?? "").trim().split(" ")[0] ?? "";
      const ms = /^ (\d+)ms$/.exec(quoted[6] ?? "")?.[1];
      if (quoted.length !== 7 || !/^[A-Z]+$/.test(method) || !protocol.startsWith("HTTP/") || ms === undefined) {
        rejected.push({ file, number: i + 1, text });
        continue;
      }
      const path = target.replace(/\?.*/, "");
      count(statuses, status);
      count(byPath, path);
      entries.push({ path, status, ms: Number(ms) });
    }
  }
  return {
    statuses,
    paths: byPath,
    slowest: entries.sort((a, b) => b.ms - a.ms).slice(0, slowest),
    rejects: { total: rejected.length, first: rejected.slice(0, rejects) },
    unread: [],
  };
}
