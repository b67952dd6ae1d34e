// Runs the tests on the sources: every `*.test.ts` and `*.explore.ts` below test/, wherever it is.
//
//   npm test                       all
//   npm test -- test/core          those below a folder, or one file
//   npm test -- --spec test/core   with the name of every test
//
// Other flags are given to node, as in `npm test -- --test-name-pattern=fair test/sync`.
//
// Starting a process for each file would take longer than the tests do. So files share a process, one after the other,
// but those that say in a line of their head why they must not: `// own process: counts bytes`.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { Readable } from "node:stream";
import { spec, type TestEvent } from "node:test/reporters";
import { type FileEvent, runBatch } from "./lib/batch.ts";
import { filesBelow } from "./lib/files.ts";
import reporter, { outcomeOf } from "./lib/reporter.ts";
import { root } from "./lib/tool.ts";

/** Few enough that the last batch is not waited for long, many enough that starting a process does not count. */
const FILES_A_PROCESS = 16;
const OWN_PROCESS = /^\/\/ own process: ./m;

const args = process.argv.slice(2);
const places = args
  .filter((arg) => !arg.startsWith("--"))
  .map((place) => place.replace(/^\.\//, "").replace(/\/$/, ""));
const extra = args.filter((arg) => arg.startsWith("--") && arg !== "--spec");
const files = [...filesBelow("test", ".test.ts"), ...filesBelow("test", ".explore.ts")]
  .filter((file) => places.length === 0 || places.some((place) => file === place || file.startsWith(`${place}/`)))
  .sort();

if (files.length === 0) {
  console.error(`no test files in ${places.join(", ") || "test/"}`);
  process.exit(1);
}

const cache = mkdtempSync(join(tmpdir(), "offshoot-test-"));
const flags = [
  "--conditions=offshoot/source",
  "--expose-gc",
  "--test-reporter=./scripts/lib/teller.ts",
  "--test-reporter-destination=stdout",
  ...extra,
];
const env = {
  NODE_COMPILE_CACHE: cache,
  NODE_TEST_CONTEXT: "offshoot", // so that `only` counts with --test-only alone
};
const events = new Readable({ objectMode: true, read: () => undefined });
const counts = { passed: 0, failed: 0, skipped: 0 };
const shown = show(args.includes("--spec") ? events.pipe(new spec()).setEncoding("utf8") : reporter(events));
try {
  const queue = batches();
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), 4) }, () => work(queue)));
} finally {
  rmSync(cache, { recursive: true, force: true, maxRetries: 10 });
}
// The reporter of ours counts for itself, and shows no diagnostics.
for (const [name, count] of Object.entries(counts))
  events.push({ type: "test:diagnostic", data: { nesting: 0, message: `${name} ${count}` } });
events.push(null);
await shown;
if (counts.failed > 0) process.exitCode = 1;

/** Those with a process of their own first: they take longest. Flags may hide tests, so then all are alone. */
function batches(): string[][] {
  const isAlone = (file: string): boolean =>
    extra.length > 0 || OWN_PROCESS.test(readFileSync(join(root, file), "utf8"));
  const alone = files.filter(isAlone);
  return [...alone.map((file) => [file]), ...dealt(files.filter((file) => !alone.includes(file)))];
}

/**
 * Dealt like cards, since files that lie together take equally long. An exploration without a name is named after its
 * file, and how many of those there were in the process: so two files of one name are kept apart, and explore what they
 * would explore alone.
 */
function dealt(shared: readonly string[]): string[][] {
  const hands: string[][] = Array.from({ length: Math.ceil(shared.length / FILES_A_PROCESS) }, () => []);
  for (const [i, file] of shared.entries()) {
    const next = i % hands.length;
    const inTurn = [...hands.slice(next), ...hands.slice(0, next)];
    const hand = inTurn.find((others) => others.every((other) => basename(other) !== basename(file)));
    if (hand === undefined) hands.push([file]);
    else hand.push(file);
  }
  return hands;
}

async function work(queue: string[][]): Promise<void> {
  for (let batch = queue.shift(); batch !== undefined; batch = queue.shift()) {
    const left = await runBatch(batch, { flags, env, report });
    if (left.length > 0) queue.unshift(left);
  }
}

function report(batch: readonly FileEvent[]): void {
  for (const event of batch) {
    events.push(event);
    const outcome = outcomeOf(event as unknown as TestEvent);
    if (outcome !== null) counts[outcome]++;
  }
}

async function show(texts: AsyncIterable<string>): Promise<void> {
  for await (const text of texts) process.stdout.write(text);
}
