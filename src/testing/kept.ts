// Failing schedules that are kept beside the test, to be tried first next time.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { decode, type Schedule } from "./schedule.ts";

/** Who explores: gives the kept schedules their file, and the default seed. */
export interface Caller {
  readonly name: string;
  readonly seed: number;
  /** Where its schedules are kept; null if the caller lies in no file. */
  readonly file: string | null;
}

const own: string = new URL("..", import.meta.url).href;
const ordinals = new Map<string, number>();
const MOST_KEPT = 20;

/** The caller of a function of this folder: its file, and the how many-eth call of it that is, unless it has given a name. */
export function callerOf(name: string | undefined): Caller {
  const file = callingFile();
  if (typeof name === "string") return { name, seed: hash(name), file: file === null ? null : fileFor(file, name) };
  const place = file === null ? "exploration" : basename(file);
  const ordinal = (ordinals.get(place) ?? 0) + 1;
  ordinals.set(place, ordinal);
  const made = `${place}-${ordinal}`;
  return { name: made, seed: hash(made), file: file === null ? null : fileFor(file, made) };
}

/** The schedules that are kept. Those of another version say nothing any more. */
export function keptSchedules(caller: Caller): Schedule[] {
  return keptTokens(caller).flatMap((token) => {
    try {
      return decode(token, "explore");
    } catch {
      return [];
    }
  });
}

function keptTokens({ file }: Caller): string[] {
  if (file === null || !existsSync(file)) return [];
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line.startsWith("v"));
}

/** Keeps a token, the newest first. What cannot be written is not kept: the report has it. */
export function keepToken(caller: Caller, token: string): void {
  const { file } = caller;
  if (file === null) return;
  const tokens = [token, ...keptTokens(caller).filter((kept) => kept !== token)].slice(0, MOST_KEPT);
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${tokens.join("\n")}\n`);
  } catch {
    // a folder that is read-only
  }
}

const fileFor = (caller: string, name: string): string =>
  join(dirname(caller), "__schedules__", `${name.replace(/[^\w.-]+/g, "-").slice(0, 100)}.txt`);

function callingFile(): string | null {
  const holder: { stack?: string } = {};
  Error.captureStackTrace(holder, callingFile);
  for (const line of (holder.stack ?? "").split("\n")) {
    if (line.includes(own) || line.includes(fileURLToPath(own)) || line.includes("node:")) continue;
    const at = /(file:\/\/[^\s)]+?|\/[^\s():]+|[A-Za-z]:\\[^\s():]+):\d+:\d+/.exec(line)?.[1];
    if (at !== undefined) return at.startsWith("file:") ? fileURLToPath(at) : at;
  }
  return null;
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
}
