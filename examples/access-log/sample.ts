// Logs to read when there are none: some days of a small web site, the older ones packed. Always the same.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const DAYS = 5;
const REQUESTS = 4_000;
const PATHS = ["/", "/about", "/guide", "/guide/tasks", "/guide/channels", "/search?q=task", "/feed.xml", "/missing"];
const GARBLED = ["", "-", "*** log rotated ***", '192.0.2.1 - - [garbled "GET / HTTP/1.1" 200'];

/** Writes logs into a folder of their own, and answers their paths and what removes them. */
export function sampleLogs(): { readonly paths: readonly string[]; readonly remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), "access-log-"));
  const paths: string[] = [];
  const random = randoms();
  for (let day = 1; day <= DAYS; day++) {
    const text = logOf(day, random);
    const isOld = day <= 2;
    const path = join(folder, `access-${day}.log${isOld ? ".gz" : ""}`);
    writeFileSync(path, isOld ? gzipSync(text) : text);
    paths.push(path);
  }
  return { paths, remove: () => rmSync(folder, { recursive: true }) };
}

function logOf(day: number, random: (below: number) => number): string {
  const lines: string[] = [];
  for (let i = 0; i < REQUESTS; i++) {
    if (random(400) === 0) {
      lines.push(GARBLED[random(GARBLED.length)] as string);
      continue;
    }
    const path = PATHS[Math.min(random(PATHS.length), random(PATHS.length))] as string;
    const status = path === "/missing" ? 404 : random(500) === 0 ? 503 : 200;
    const ms = 1 + random(20) + (random(100) === 0 ? random(3_000) : 0);
    const time = `${`${day}`.padStart(2, "0")}/Mar/2025:${new Date(i * 21_000).toISOString().slice(11, 19)} +0000`;
    lines.push(
      `192.0.2.${random(250)} - - [${time}] "GET ${path} HTTP/1.1" ${status} ${random(9_000)} "-" "sample" ${ms}ms`,
    );
  }
  return `${lines.join("\n")}\n`;
}

/** Whole numbers below a limit that look random, and are the same each time. */
function randoms(): (below: number) => number {
  let state = 1;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
