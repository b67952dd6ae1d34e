// The command line: what it means, or why it means nothing.

import { statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const USAGE = "usage: corpus-graph [FOLDER] [--counters N] [--check] [--topology]";
const MOST_COUNTERS = 64;

export interface Arguments {
  readonly folder: string;
  readonly counters: number;
  readonly check: boolean;
  readonly topology: boolean;
}

/** Ends the program with 2 if there is something wrong with them. */
export function readArguments(args: readonly string[]): Arguments {
  const { values, positionals } = parsed([...args]);
  if (positionals.length > 1) refuse(`one folder at a time, got ${positionals.length}`);
  const folder = positionals[0] ?? fileURLToPath(new URL("../../node_modules", import.meta.url));
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) refuse(`no such folder: ${folder}`);
  const counters = Number(values.counters);
  if (!/^\d+$/.test(values.counters) || counters < 1 || counters > MOST_COUNTERS)
    refuse(`--counters takes a whole number from 1 to ${MOST_COUNTERS}, got ${values.counters}`);
  return { folder, counters, check: values.check, topology: values.topology };
}

function parsed(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        counters: { type: "string", default: "2" },
        check: { type: "boolean", default: false },
        topology: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    return refuse((error as Error).message);
  }
}

function refuse(what: string): never {
  console.error(`corpus-graph: ${what}; ${USAGE}`);
  process.exit(2);
}
