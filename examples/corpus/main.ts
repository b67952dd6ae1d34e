// Counts words, lines and bytes of every file below a folder, with a pipeline of tasks and bounded channels, on all cores.
//
//   npm start                           the node_modules of this project
//   npm start -- FOLDER                 another folder
//   npm start -- [FOLDER] --threads 4   with so many workers; 1 is this thread alone. Default: one for each core
//   npm start -- [FOLDER] --check       and compare with a plain sequential count
//
// With workers the same is counted once more by one thread, to tell how much faster they were.
//
// Exit code 0: done; 1: --check found a difference; 2: called wrongly; 130: interrupted with Ctrl-C, which stops all
// tasks cleanly and prints what was counted so far. A second Ctrl-C ends at once.

import { group, type Operation, run } from "offshoot";
import { Pool } from "offshoot/parallel";
import { readArguments } from "./arguments.ts";
import { differences } from "./check.ts";
import { pipeline } from "./pipeline.ts";
import { formatReport, formatSpeedUp } from "./report.ts";
import { countSequentially } from "./sequential.ts";
import { hasTerminal, showProgress, tell } from "./terminal.ts";
import { Totals } from "./totals.ts";

const INTERRUPTED = 130;
/** npm hands a Ctrl-C on to a process that the terminal has already told. Nobody presses it twice so fast. */
const SAME_KEYSTROKE = 250; // ms

const { folder, threads, check } = readArguments(process.argv.slice(2));
const pool = threads > 1 ? new Pool({ threads, name: "counters" }) : null;
const interruption = new AbortController();
const { signal } = interruption;
let interruptedAt = 0;

process.on("SIGINT", interrupt);
const { totals, ms } = await count(pool, tell);
process.stdout.write(formatReport(totals, ms, signal.aborted));
await pool?.close();
if (signal.aborted) process.exitCode = INTERRUPTED;
else {
  if (pool !== null) {
    const alone = await count(null, () => {});
    if (!signal.aborted) process.stdout.write(formatSpeedUp(threads, ms, alone.ms));
  }
  process.off("SIGINT", interrupt);
  if (check && !signal.aborted) compare();
}

/** Counts until all is counted, or until Ctrl-C. */
async function count(
  workers: Pool | null,
  tellSkipped: (line: string) => void,
): Promise<{ totals: Totals; ms: number }> {
  const sums = new Totals();
  const start = performance.now();
  try {
    await run(
      function* main(): Operation<void> {
        yield* group(function* (g): Operation<void> {
          if (hasTerminal) g.daemon(showProgress, sums);
          yield* pipeline(folder, workers, sums, tellSkipped);
        });
      },
      { signal },
    );
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error;
  }
  return { totals: sums, ms: performance.now() - start };
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
