// Reads the logs of a web server, and says what was asked for how often, what was slow, and what could not be understood.
//
//   node --conditions=offshoot/source examples/access-log/main.ts                       logs that it makes itself
//   node --conditions=offshoot/source examples/access-log/main.ts FILE or FOLDER...     these; what ends with .gz is unpacked
//   node --conditions=offshoot/source examples/access-log/main.ts --topology            prints the graph as Mermaid, and reads nothing
//
// Exit code 0: done; 1: a file could not be read; 2: called wrongly; 130: interrupted with Ctrl-C, which stops the reader, so that what was
// read until then is summed up. A second Ctrl-C ends at once.

import { type Operation, run } from "offshoot";
import { type Component, pipeline, toMermaid, topology } from "offshoot/component";
import { readArguments } from "./arguments.ts";
import { accessLog } from "./graph.ts";
import { Reader } from "./parts.ts";
import { sampleLogs } from "./sample.ts";
import { formatSummary, type Summary } from "./summary.ts";

const INTERRUPTED = 130;

const { paths, topology: isTopologyWanted } = readArguments(process.argv.slice(2));
const reader = new Reader();

if (isTopologyWanted) process.stdout.write(toMermaid(topology(accessLog(paths ?? [], reader))));
else if (paths !== null) await summarize(paths);
else {
  const sample = sampleLogs();
  try {
    await summarize(sample.paths);
  } finally {
    sample.remove();
  }
}

async function summarize(logs: readonly string[]): Promise<void> {
  process.once("SIGINT", interrupt);
  await run(() => pipeline(accessLog(logs, reader), print));
  process.off("SIGINT", interrupt);
}

function interrupt(): void {
  process.exitCode = INTERRUPTED;
  reader.stop();
}

function* print(self: Component<{ inbox: Summary }>): Operation<void> {
  const summary = yield* self.receive();
  process.stdout.write(formatSummary(summary, process.exitCode === INTERRUPTED));
  if (summary.unread.length > 0) process.exitCode ??= 1;
}
