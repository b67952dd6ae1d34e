// What ../corpus does, as a graph of components.
//
//   node --conditions=offshoot/source examples/corpus-graph/main.ts                         the node_modules of this project
//   node --conditions=offshoot/source examples/corpus-graph/main.ts FOLDER                  another folder
//   node --conditions=offshoot/source examples/corpus-graph/main.ts [FOLDER] --counters 3   dealt to so many components. Default 2
//   node --conditions=offshoot/source examples/corpus-graph/main.ts [FOLDER] --check        and compare with a plain sequential count
//   node --conditions=offshoot/source examples/corpus-graph/main.ts --topology              prints the graph as Mermaid, and counts nothing
//
// Exit code 0: done; 1: --check found a difference; 2: called wrongly; 130: interrupted with Ctrl-C, which stops the walk, so that what was
// found until then is counted. A second Ctrl-C ends at once.

import { group, type Operation, run } from "offshoot";
import { toMermaid, topology } from "offshoot/component";
import { differences } from "../corpus/check.ts";
import { formatReport } from "../corpus/report.ts";
import { countSequentially } from "../corpus/sequential.ts";
import { hasTerminal, showProgress, tell } from "../corpus/terminal.ts";
import { Totals } from "../corpus/totals.ts";
import { readArguments } from "./arguments.ts";
import { corpusGraph } from "./graph.ts";
import { Walk } from "./parts.ts";

const INTERRUPTED = 130;

const { folder, counters, check, topology: isTopologyWanted } = readArguments(process.argv.slice(2));
const totals = new Totals();
const walk = new Walk(folder);
const graph = corpusGraph(walk, counters, totals, tell);

if (isTopologyWanted) process.stdout.write(toMermaid(topology(graph)));
else await count();

async function count(): Promise<void> {
  process.once("SIGINT", interrupt);
  const start = performance.now();
  await run(() =>
    group(function* (g): Operation<void> {
      if (hasTerminal) g.daemon(showProgress, totals);
      yield* graph;
    }),
  );
  process.off("SIGINT", interrupt);
  const isPartial = process.exitCode === INTERRUPTED;
  process.stdout.write(formatReport(totals, performance.now() - start, isPartial));
  if (check && !isPartial) compare();
}

function interrupt(): void {
  process.exitCode = INTERRUPTED;
  walk.stop();
}

function compare(): void {
  const different = differences(totals, countSequentially(folder));
  if (different.length === 0) console.log("\n  check: a sequential count agrees");
  else process.exitCode = 1;
  for (const line of different) console.error(`corpus-graph: check failed: ${line}`);
}
