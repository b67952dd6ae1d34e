// The graph of examples/access-log: what it makes of logs, of what is no log, of files that cannot be read, and of an interruption.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { never, type Operation } from "offshoot";
import { box, component, handle } from "offshoot/component";
import { simulate } from "offshoot/testing";
import { parseEntry } from "../../examples/access-log/entry.ts";
import { accessLog, REJECTS, type Reads, SLOWEST } from "../../examples/access-log/graph.ts";
import { type Piece, Reader } from "../../examples/access-log/parts.ts";
import { sampleLogs } from "../../examples/access-log/sample.ts";
import { summarizeSequentially } from "../../examples/access-log/sequential.ts";
import { formatSummary, type Summary, type Unread } from "../../examples/access-log/summary.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const main = fileURLToPath(new URL("../../examples/access-log/main.ts", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "access-log-test-"));
after(() => rmSync(folder, { recursive: true }));

const request = (path: string, status: number, ms: number): string =>
  `192.0.2.1 - - [01/Mar/2025:00:00:00 +0000] "GET ${path} HTTP/1.1" ${status} 12 "-" "test" ${ms}ms`;

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function summarize(paths: readonly string[]): Promise<Summary> {
  const log = handle(accessLog(paths, new Reader()));
  const summary = await log.get();
  await log.done;
  return summary;
}

test("the graph finds what a plain sequential program finds", async () => {
  const { paths, remove } = sampleLogs();
  try {
    const summary = await summarize(paths);
    assert.deepEqual(summary, summarizeSequentially(paths, SLOWEST, REJECTS));
    assert.ok(summary.rejects.total > 0);
  } finally {
    remove();
  }
});

test("lines may end as they like, a packed file goes on in many pieces, and no line goes on in the next file", async () => {
  const many = Array.from({ length: 9_000 }, (_, i) => request(`/é${i % 10}?q=${i}`, 200, i % 1_000));
  const paths = [
    file("windows.log", `${request("/a", 200, 1)}\r\n${request("/b", 304, 2)}\r\n`),
    file("open-end.log", request("/c", 200, 3)),
    file("empty.log", ""),
    file("large.log.gz", gzipSync(many.join("\n"))),
    file("garbled.log", `\n${request("/d", 200, 4)} and more\nü`),
  ];
  const summary = await summarize(paths);
  assert.deepEqual(summary, summarizeSequentially(paths, SLOWEST, REJECTS));
  assert.deepEqual(
    summary.rejects.first.map(({ file: path, number }) => [path, number]),
    [1, 2, 3].map((number) => [paths[4], number]),
  );
  assert.equal(summary.paths.get("/é3"), 900);
});

test("a file that cannot be read is told of, and the others are read", async () => {
  const missing = join(folder, "missing.log");
  const cut = file("cut.log.gz", gzipSync(`${request("/x", 200, 1)}\n`.repeat(9)).subarray(0, -12));
  const summary = await summarize([missing, cut, file("good.log", request("/y", 200, 1))]);
  assert.deepEqual(
    summary.unread.map(({ file: path }) => path),
    [missing, cut],
  );
  assert.match(summary.unread[0]?.why ?? "", /^ENOENT: no such file/);
  assert.equal(summary.unread[1]?.why, "unexpected end of file");
  assert.equal(summary.paths.get("/y"), 1);
  assert.match(formatSummary(summary, false), /^could not read .*missing\.log: ENOENT/m);
});

test("when the reader is stopped, what it has read is summed up, but for the line it was in", async () => {
  const Stopped = component(
    { inboxes: { inbox: box<string>() }, outboxes: { outbox: box<Piece>(), unread: box<Unread>() } },
    function* stopped(self): Operation<void> {
      const path = yield* self.receive();
      yield* self.put({ file: path, text: `${request("/a", 200, 1)}\n${request("/b", 200, 2)}`, last: false });
      self.stop();
      yield* never;
    },
  );
  const reader: Reads = Stopped();
  const summary = await simulate(function* () {
    const log = handle(accessLog(["one", "two", "three"], reader));
    const found = yield* log.get();
    assert.ok((yield* log.next()).done);
    return found;
  });
  assert.equal(reader.status, "cancelled");
  assert.deepEqual([...summary.paths], [["/a", 1]]);
  assert.match(formatSummary(summary, true), /^PARTIAL RESULT: interrupted\n\nrequests by status\n {2}200 +1\n/);
});

test("a line is understood or not", () => {
  assert.deepEqual(parseEntry(request("/a?b=c?d", 200, 12)), { path: "/a", status: "200", ms: 12 });
  for (const line of ["", "-", request("/a", 20, 1), request("/a", 200, -1), ` ${request("/a", 200, 1)}`])
    assert.equal(parseEntry(line), null, line);
});

test("the program makes logs of its own, prints its graph, and refuses what it cannot read", () => {
  const own = runMain();
  assert.equal(own.status, 0, own.stderr);
  assert.match(own.stdout, /^requests by status\n {2}200 +19,553\n/);
  const graph = runMain("--topology");
  assert.equal(graph.status, 0);
  assert.match(graph.stdout, /^flowchart LR\n/);
  assert.match(graph.stdout, /"rejected → inbox"/);
  const refused: [string, RegExp][] = [
    [join(folder, "nowhere"), /^access-log: no such file or folder: .*nowhere; usage: /],
    ["--fast", /^access-log: unknown flag --fast; usage: /],
    [mkdtempSync(join(folder, "empty-")), /^access-log: no logs in /],
  ];
  for (const [argument, message] of refused) {
    const { status, stderr } = runMain(argument);
    assert.equal(status, 2);
    assert.match(stderr, message);
  }
});

test("an interrupted process sums up what it has read, and ends with 130", async (t) => {
  const path = join(folder, "endless.log");
  if (spawnSync("mkfifo", [path]).status !== 0) return t.skip("there are no named pipes here");
  const child = spawn(process.execPath, ["--conditions=offshoot/source", main, path], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise((resolve) => child.on("close", resolve));
  const pipe = await open(path, "w"); // waits until the reader has opened it
  await pipe.write(`${request("/a", 200, 1)}\n`);
  child.kill("SIGINT");
  let stdout = "";
  for await (const text of child.stdout.setEncoding("utf8")) {
    stdout += text;
    if (stdout.includes("understood")) await pipe.close(); // what it is about to read
  }
  assert.equal(await ended, 130);
  assert.match(stdout, /^PARTIAL RESULT: interrupted\n/);
});

function runMain(...args: string[]): {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
} {
  return spawnSync(process.execPath, ["--conditions=offshoot/source", main, ...args], { cwd: root, encoding: "utf8" });
}
