// The command line: what it means, or why it means nothing.

import { statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";

const USAGE = "usage: npm start -- [FOLDER] [--threads N] [--check]";
const MOST_THREADS = 64;

export interface Arguments {
  readonly folder: string;
  /** 1: no workers. */
  readonly threads: number;
  readonly check: boolean;
}

/** Ends the program with 2 if there is something wrong with them. */
export function readArguments(args: readonly string[]): Arguments {
  let check = false;
  let threads = Math.min(availableParallelism(), MOST_THREADS);
  const folders: string[] = [];
  const rest = args.values();
  for (const arg of rest) {
    if (arg === "--check") check = true;
    else if (arg === "--threads") threads = threadsOf(rest.next().value);
    else if (arg.startsWith("--threads=")) threads = threadsOf(arg.slice("--threads=".length));
    else if (arg.startsWith("-")) refuse(`unknown flag ${arg}`);
    else folders.push(arg);
  }
  if (folders.length > 1) refuse(`one folder at a time, got ${folders.length}`);
  const path = folders[0] ?? fileURLToPath(new URL("../../node_modules", import.meta.url));
  const status = statSync(path, { throwIfNoEntry: false });
  if (status === undefined) refuse(`no such folder: ${path}`);
  if (!status.isDirectory()) refuse(`not a folder: ${path}`);
  return { folder: path, threads, check };
}

function threadsOf(text: string | undefined): number {
  const threads = text === undefined || text === "" ? Number.NaN : Number(text);
  if (!Number.isInteger(threads) || threads < 1 || threads > MOST_THREADS)
    refuse(`--threads takes a whole number from 1 to ${MOST_THREADS}, got ${text ?? "nothing"}`);
  return threads;
}

function refuse(what: string): never {
  console.error(`corpus: ${what}; ${USAGE}`);
  process.exit(2);
}
