// Counts words, lines and bytes of every file below a folder, with a pipeline of tasks and bounded channels.
//
//   npm start                        the node_modules of this project
//   npm start -- FOLDER              another folder
//   npm start -- [FOLDER] --check    and compare with a plain sequential count
//
// Exit code 0: done; 1: --check found a difference; 2: called wrongly; 130: interrupted with Ctrl-C, which stops all
// tasks cleanly and prints what was counted so far. A second Ctrl-C ends at once.

import { statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { group, type Operation, run } from "offshoot";
import { differences } from "./check.ts";
import { pipeline } from "./pipeline.ts";
import { formatReport } from "./report.ts";
import { countSequentially } from "./sequential.ts";
import { hasTerminal, showProgress, tell } from "./terminal.ts";
import { Totals } from "./totals.ts";

const USAGE = "usage: npm start -- [FOLDER] [--check]";
const INTERRUPTED = 130;
/** npm hands a Ctrl-C on to a process that the terminal has already told. Nobody presses it twice so fast. */
const SAME_KEYSTROKE = 250; // ms

const { folder, check } = readArguments(process.argv.slice(2));
const totals = new Totals();
const interruption = new AbortController();
const { signal } = interruption;
const start = performance.now();
let interruptedAt = 0;

process.on("SIGINT", interrupt);
try {
  await run(main, { signal });
} catch (error) {
  if (!signal.aborted || error !== signal.reason) throw error;
}
if (!signal.aborted) process.off("SIGINT", interrupt);

process.stdout.write(formatReport(totals, performance.now() - start, signal.aborted));
if (signal.aborted) process.exitCode = INTERRUPTED;
else if (check) compare();

function* main(): Operation<void> {
  yield* group(function* (g): Operation<void> {
    if (hasTerminal) g.daemon(showProgress, totals);
    yield* pipeline(folder, totals, tell);
  });
}

function interrupt(): void {
  if (!signal.aborted) {
    interruptedAt = performance.now();
    interruption.abort();
  } else if (performance.now() - interruptedAt > SAME_KEYSTROKE) process.exit(INTERRUPTED);
}

function compare(): void {
  const before = performance.now();
  const different = differences(totals, countSequentially(folder));
  const seconds = ((performance.now() - before) / 1e3).toFixed(2);
  if (different.length === 0) {
    console.log(`\n  check: a sequential count agrees (${seconds} s)`);
    return;
  }
  for (const line of different) console.error(`corpus: check failed: ${line}`);
  process.exitCode = 1;
}

function readArguments(args: readonly string[]): { readonly folder: string; readonly check: boolean } {
  const flags = args.filter((arg) => arg.startsWith("-"));
  const folders = args.filter((arg) => !arg.startsWith("-"));
  const unknown = flags.find((flag) => flag !== "--check");
  if (unknown !== undefined) refuse(`unknown flag ${unknown}`);
  if (folders.length > 1) refuse(`one folder at a time, got ${folders.length}`);
  const path = folders[0] ?? fileURLToPath(new URL("../../node_modules", import.meta.url));
  const status = statSync(path, { throwIfNoEntry: false });
  if (status === undefined) refuse(`no such folder: ${path}`);
  if (!status.isDirectory()) refuse(`not a folder: ${path}`);
  return { folder: path, check: flags.length > 0 };
}

function refuse(what: string): never {
  console.error(`corpus: ${what}; ${USAGE}`);
  process.exit(2);
}
