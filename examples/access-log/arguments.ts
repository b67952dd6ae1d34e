// The command line: what it means, or why it means nothing.

import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const USAGE = "usage: access-log [FILE or FOLDER...] [--topology]";
const LOG = /\.log(\.\d+)?(\.gz)?$/;

export interface Arguments {
  /** The logs to read, in order; null if none were named. */
  readonly paths: readonly string[] | null;
  readonly topology: boolean;
}

/** Ends the program with 2 if there is something wrong with them. */
export function readArguments(args: readonly string[]): Arguments {
  const unknown = args.find((arg) => arg.startsWith("-") && arg !== "--topology");
  if (unknown !== undefined) refuse(`unknown flag ${unknown}`);
  const places = args.filter((arg) => !arg.startsWith("-"));
  return {
    paths: places.length === 0 ? null : places.flatMap(logsAt),
    topology: args.includes("--topology"),
  };
}

/** A file, whatever its name; of a folder what is named like a log. */
function logsAt(place: string): string[] {
  const status = statSync(place, { throwIfNoEntry: false });
  if (status === undefined) refuse(`no such file or folder: ${place}`);
  if (!status.isDirectory()) return [place];
  const logs = readdirSync(place)
    .filter((name) => LOG.test(name))
    .sort();
  if (logs.length === 0) refuse(`no logs in ${place}: none of its files ends with .log or .log.gz`);
  return logs.map((name) => join(place, name));
}

function refuse(what: string): never {
  console.error(`access-log: ${what}; ${USAGE}`);
  process.exit(2);
}
