// Downloads pages, several at once, and tells what became of each.
//
//   node --conditions=offshoot/source examples/fetch-all/main.ts              from two small servers of its own
//   node --conditions=offshoot/source examples/fetch-all/main.ts URL...       these
//
// Exit code 0: every URL has answered; 1: some have not; 2: called wrongly; 130: interrupted with Ctrl-C, which aborts the
// requests under way and prints what is known so far. A second Ctrl-C ends at once.

import { group, type Operation, run } from "offshoot";
import { Board, downloadAll, type Settings } from "./download.ts";
import { fetchPage } from "./fetch.ts";
import { formatReport, isAnswered } from "./report.ts";
import { withServers } from "./servers.ts";
import { hasTerminal, showProgress, tell } from "./terminal.ts";

const USAGE = "usage: fetch-all [URL...]";
const INTERRUPTED = 130;

const POLITE: Settings = {
  fetchPage,
  atOnce: 8,
  perHost: 2,
  limit: 10_000,
  attempts: 3,
  backoff: { initial: 500, max: 10_000 },
  tell,
};
/** Nobody waits long for a server that is on the same machine. */
const AT_HOME: Settings = { ...POLITE, limit: 1_000, backoff: { initial: 20 } };

const given = readArguments(process.argv.slice(2));
const interruption = new AbortController();
const { signal } = interruption;
let board = new Board(given);

process.once("SIGINT", () => interruption.abort());
try {
  await run(main, { signal });
} catch (error) {
  if (!signal.aborted || error !== signal.reason) throw error;
}

process.stdout.write(formatReport(board, signal.aborted));
if (signal.aborted) process.exitCode = INTERRUPTED;
else if (!board.results.every(isAnswered)) process.exitCode = 1;

function* main(): Operation<void> {
  if (given.length > 0) yield* download(given, POLITE);
  else yield* withServers((urls) => download(urls, AT_HOME));
}

function* download(urls: readonly string[], settings: Settings): Operation<void> {
  board = new Board(urls);
  yield* group(function* (g): Operation<void> {
    if (hasTerminal) g.daemon(showProgress, board);
    yield* downloadAll(board, settings);
  });
}

function readArguments(args: readonly string[]): readonly string[] {
  for (const arg of args) {
    if (URL.canParse(arg) && /^https?:/.test(arg)) continue;
    console.error(`fetch-all: not a URL to fetch: ${arg}; ${USAGE}`);
    process.exit(2);
  }
  return args;
}
