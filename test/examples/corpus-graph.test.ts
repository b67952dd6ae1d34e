// The graph of examples/corpus-graph: it counts what a sequential count does, however many counters there are, and ends in order.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { never, type Operation, run } from "offshoot";
import { handle } from "offshoot/component";
import { differences } from "../../examples/corpus/check.ts";
import { countSequentially } from "../../examples/corpus/sequential.ts";
import { Totals } from "../../examples/corpus/totals.ts";
import { corpusGraph } from "../../examples/corpus-graph/graph.ts";
import { Count, Walk } from "../../examples/corpus-graph/parts.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const main = fileURLToPath(new URL("../../examples/corpus-graph/main.ts", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "corpus-graph-"));

for (let i = 0; i < 6; i++) {
  mkdirSync(join(folder, `${i}`));
  for (let j = 0; j < 20; j++) writeFileSync(join(folder, `${i}`, `${j}.txt`), `word${i} the ${j}\n`.repeat(i * j));
}
writeFileSync(join(folder, "no-text"), Uint8Array.of(97, 10, 255, 10));

after(() => rmSync(folder, { recursive: true }));

for (const counters of [1, 2, 5]) {
  test(`with ${counters} counters it finds what a sequential count does`, async () => {
    const totals = new Totals();
    await run(() => corpusGraph(new Walk(folder), counters, totals, assert.fail));
    assert.equal(totals.files, 121);
    assert.deepEqual(differences(totals, countSequentially(folder)), []);
  });
}

test("a folder that cannot be read is skipped, and told of", async () => {
  const totals = new Totals();
  const told: string[] = [];
  const missing = join(folder, "missing");
  await run(() => corpusGraph(new Walk(missing), 2, totals, (line) => told.push(line)));
  assert.deepEqual([totals.files, totals.skipped, told], [0, 1, [`corpus-graph: skipped ${missing}: ENOENT`]]);
});

test("a counter tells which paths it had to skip, and counts the others", async () => {
  const counter = handle(new Count(2));
  const missing = join(folder, "missing");
  await counter.put(missing);
  await counter.put(join(folder, "no-text"));
  counter.finish();
  const { files, bytes, skipped } = await counter.get();
  assert.deepEqual({ files, bytes, skipped }, { files: 1, bytes: 4, skipped: [{ path: missing, why: "ENOENT" }] });
  await counter.done;
});

test("when the walk is stopped, what it has found is counted", async () => {
  class Stopped extends Walk {
    override *main(): Operation<void> {
      yield* this.put(join(folder, "no-text"));
      this.stop();
      yield* never;
    }
  }
  const totals = new Totals();
  await run(() => corpusGraph(new Stopped(folder), 2, totals, assert.fail));
  assert.deepEqual([totals.files, totals.bytes], [1, 4]);
});

test("when the merger fails, nobody goes on counting", async () => {
  const failing = new Totals();
  failing.merge = () => {
    throw new Error("no room");
  };
  await assert.rejects(
    run(() => corpusGraph(new Walk(folder), 2, failing, assert.fail)),
    { message: "no room" },
  );
});

test("the program compares itself with a sequential count, shows its graph, and refuses what makes no sense", () => {
  const checked = runMain(folder, "--check", "--counters", "3");
  assert.equal(checked.status, 0, checked.stderr);
  assert.match(checked.stdout, /\n {2}files +121\n/);
  assert.match(checked.stdout, /\n {2}check: a sequential count agrees\n$/);
  assert.match(runMain("--topology").stdout, /^flowchart LR\n {2}subgraph c\d+\["corpus"\]\n/);
  const refused: [string[], RegExp][] = [
    [["--counters", "0"], /^corpus-graph: --counters takes a whole number from 1 to 64, got 0; usage: /],
    [["--counters", "two"], /got two; usage: /],
    [["--fast"], /^corpus-graph: Unknown option '--fast'/],
    [[join(folder, "missing")], /^corpus-graph: no such folder: .*missing; usage: /],
  ];
  for (const [args, message] of refused) {
    const { status, stderr } = runMain(...args);
    assert.equal(status, 2, args.join(" "));
    assert.match(stderr, message);
  }
});

function runMain(...args: string[]): {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
} {
  return spawnSync(process.execPath, ["--conditions=offshoot/source", main, ...args], { cwd: root, encoding: "utf8" });
}
